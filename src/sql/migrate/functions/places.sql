-- What stands at a path of field names.
CREATE FUNCTION pg_temp.rowlens_at(v jsonb, names text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY names LOOP
    v := CASE WHEN pg_temp.rowlens_plain(pg_temp.rowlens_open(v)) THEN v -> name END;
  END LOOP;
  RETURN v;
END $rowlens$;

-- A discriminator's value: a string, or nothing.
CREATE FUNCTION pg_temp.rowlens_kind(v jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE jsonb_typeof(v) WHEN 'string' THEN v #>> '{}' END
$rowlens$;

-- The value with `x` at a path of field names; NULL: nothing there.
CREATE FUNCTION pg_temp.rowlens_put(v jsonb, names text[], x jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  IF names = '{}' THEN RETURN x; END IF;
  IF NOT pg_temp.rowlens_plain(v) THEN v := CASE WHEN x IS NOT NULL THEN '{}'::jsonb ELSE v END; END IF;
  IF NOT pg_temp.rowlens_plain(v) THEN RETURN v; END IF;
  x := pg_temp.rowlens_put(v -> names[1], names[2:], x);
  RETURN CASE WHEN x IS NULL THEN v - names[1] ELSE pg_temp.rowlens_object(v || jsonb_build_object(names[1], x)) END;
END $rowlens$;

-- Which field a key of `types` or `rows` is about: its first name. The whole document has no name.
CREATE FUNCTION pg_temp.rowlens_about(key text) RETURNS text LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE WHEN key = '' THEN NULL WHEN starts_with(key, '''') THEN replace(substring(key FROM '^''((?:[^'']|'''')*)'''), '''''', '''') ELSE split_part(split_part(key, '.', 1), '[', 1) END
$rowlens$;

-- The fields that a complement says anything about; some of them more than once.
CREATE FUNCTION pg_temp.rowlens_said(rest jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE said text[] := '{}';
BEGIN
  IF rest IS NULL THEN RETURN '{}'; END IF;
  IF rest -> 'v' IS DISTINCT FROM '1' THEN PERFORM pg_temp.rowlens_refuse('a complement is not of version 1'); END IF;
  IF rest -> 'types' ? '' THEN PERFORM pg_temp.rowlens_refuse('a complement has the whole document as bytes, which SQL cannot read'); END IF;
  IF rest ? 'fields' THEN said := ARRAY(SELECT jsonb_object_keys(rest -> 'fields')); END IF;
  IF rest ?| '{types,rows}' THEN said := said || ARRAY(SELECT pg_temp.rowlens_about(k) FROM jsonb_object_keys(coalesce(rest -> 'types', '{}') || coalesce(rest -> 'rows', '{}')) k); END IF;
  RETURN said;
END $rowlens$;

-- The part of a complement that `part` names with these entries (by field) instead of all it said about the fields.
CREATE FUNCTION pg_temp.rowlens_part(was jsonb, names text[], entries jsonb, part text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE result jsonb := '{}';
BEGIN
  IF was IS NOT NULL THEN result := (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(was) WHERE (pg_temp.rowlens_about(key) = ANY (names)) IS NOT TRUE); END IF;
  IF entries <> '{}' THEN result := result || (SELECT coalesce(jsonb_object_agg(x.key, x.value), '{}') FROM jsonb_each(entries) e, jsonb_each(e.value -> part) x); END IF;
  RETURN result;
END $rowlens$;

-- The complement with these entries (by field) instead of all it said about the fields.
CREATE FUNCTION pg_temp.rowlens_complement(rest jsonb, names text[], entries jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE fields jsonb := coalesce(rest -> 'fields', '{}') - names; types jsonb; rows jsonb;
BEGIN
  types := pg_temp.rowlens_part(rest -> 'types', names, entries, 't');
  rows := pg_temp.rowlens_part(rest -> 'rows', names, entries, 'r');
  IF entries <> '{}' THEN
    fields := fields || (SELECT coalesce(jsonb_object_agg(key, value -> 'j'), '{}') FROM jsonb_each(entries) WHERE value ? 'j');
  END IF;
  rest := coalesce(rest, '{"v": 1}') - '{fields,types,rows}'::text[]
    || CASE WHEN fields = '{}' THEN '{}' ELSE jsonb_build_object('fields', fields) END
    || CASE WHEN types = '{}' THEN '{}' ELSE jsonb_build_object('types', types) END
    || CASE WHEN rows = '{}' THEN '{}' ELSE jsonb_build_object('rows', rows) END;
  RETURN CASE WHEN rest <> '{"v": 1}' THEN rest END;
END $rowlens$;

-- The version that a value is: what the core makes of it.
CREATE FUNCTION pg_temp.rowlens_version(v jsonb) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text := coalesce(pg_temp.rowlens_wrapper(v), jsonb_typeof(v)); n numeric;
BEGIN
  CASE w
    WHEN 'number' THEN n := (v #>> '{}')::numeric;
    WHEN '$numberLong' THEN RETURN (v ->> w)::bigint;
    WHEN '$numberDouble' THEN n := nullif(CASE WHEN v ->> w ~ '^-?[0-9]' THEN v ->> w END, '')::numeric;
    WHEN '$date' THEN RETURN (v #>> '{$date,$numberLong}')::bigint;
    WHEN '$timestamp' THEN
      n := (v #>> '{$timestamp,t}')::numeric * 4294967296 + (v #>> '{$timestamp,i}')::numeric;
      RETURN CASE WHEN n <= 9223372036854775807 THEN n::bigint END;
    ELSE RETURN NULL;
  END CASE;
  RETURN CASE WHEN n = trunc(n) AND abs(n) <= 9007199254740992 THEN n::bigint END;
END $rowlens$;
