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

-- Whether a key of `types` or `rows` is about one of the fields: its first name is.
CREATE FUNCTION pg_temp.rowlens_about(key text, names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT key <> '' AND CASE WHEN starts_with(key, '''') THEN replace(substring(key FROM '^''((?:[^'']|'''')*)'''), '''''', '''') ELSE substring(key FROM '^[^.[]*') END = ANY (names)
$rowlens$;

-- Whether a complement says anything about the fields.
CREATE FUNCTION pg_temp.rowlens_touches(rest jsonb, names text[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  IF rest IS NULL THEN RETURN false; END IF;
  IF rest -> 'v' IS DISTINCT FROM '1' THEN PERFORM pg_temp.rowlens_refuse('a complement is not of version 1'); END IF;
  IF rest -> 'types' ? '' THEN PERFORM pg_temp.rowlens_refuse('a complement has the whole document as bytes, which SQL cannot read'); END IF;
  RETURN coalesce(rest -> 'fields' ?| names, false) OR EXISTS (SELECT FROM jsonb_object_keys(coalesce(rest -> 'types', '{}') || coalesce(rest -> 'rows', '{}')) k WHERE pg_temp.rowlens_about(k, names));
END $rowlens$;

-- The complement with these entries (by field) instead of all it said about the fields.
CREATE FUNCTION pg_temp.rowlens_complement(rest jsonb, names text[], entries jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE k text; e jsonb; fields jsonb := coalesce(rest -> 'fields', '{}') - names; types jsonb; rows jsonb;
BEGIN
  SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO types FROM jsonb_each(coalesce(rest -> 'types', '{}')) WHERE NOT pg_temp.rowlens_about(key, names);
  SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO rows FROM jsonb_each(coalesce(rest -> 'rows', '{}')) WHERE NOT pg_temp.rowlens_about(key, names);
  FOR k, e IN SELECT * FROM jsonb_each(entries) LOOP
    IF e ? 'j' THEN fields := fields || jsonb_build_object(k, e -> 'j'); END IF;
    types := types || (e -> 't');
    rows := rows || (e -> 'r');
  END LOOP;
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
