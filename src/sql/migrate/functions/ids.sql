-- An id of `id_map` as a value: canonical Extended JSON says the type of every number.
CREATE FUNCTION pg_temp.rowlens_id_value(j jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text;
BEGIN
  IF jsonb_typeof(j) = 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(pg_temp.rowlens_id_value(e) ORDER BY i), '[]') FROM jsonb_array_elements(j) WITH ORDINALITY o(e, i));
  END IF;
  IF jsonb_typeof(j) <> 'object' THEN RETURN j; END IF;
  IF j ? '$numberInt' AND j - '$numberInt' = '{}' THEN RETURN to_jsonb((j ->> '$numberInt')::int); END IF;
  w := pg_temp.rowlens_wrapper(j);
  IF w = '$numberDouble' THEN RETURN pg_temp.rowlens_double((j ->> w)::float8); END IF;
  IF w = '$rowlens' THEN PERFORM pg_temp.rowlens_refuse('an object looks like Extended JSON and is none'); END IF;
  RETURN CASE WHEN w IS NOT NULL THEN j ELSE pg_temp.rowlens_object((SELECT coalesce(jsonb_object_agg(k, pg_temp.rowlens_id_value(e)), '{}') FROM jsonb_each(j) o(k, e))) END;
END $rowlens$;

-- Whether jsonb may not say all of the value: objects of several fields, which have an order, and what only bytes say.
CREATE FUNCTION pg_temp.rowlens_compound(v jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text;
BEGIN
  IF jsonb_typeof(v) NOT IN ('object', 'array') THEN RETURN false; END IF;
  IF jsonb_typeof(v) = 'array' THEN RETURN EXISTS (SELECT FROM jsonb_array_elements(v) e WHERE pg_temp.rowlens_compound(e)); END IF;
  w := pg_temp.rowlens_wrapper(v);
  IF w IS NOT NULL THEN RETURN w = '$rowlens' OR v ? '$scope'; END IF;
  RETURN (SELECT count(*) > 1 OR coalesce(bool_or(pg_temp.rowlens_compound(e)), false) FROM jsonb_each(v) o(k, e));
END $rowlens$;

-- What an id of `id_map` is: as a value, where jsonb says it; as bytes, by which it is found; or odd, so that only the core knows what it is found by.
CREATE FUNCTION pg_temp.rowlens_id_entry(mongo_id text, OUT v jsonb, OUT raw bytea, OUT odd boolean) LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE sorted boolean;
BEGIN
  odd := false;
  -- The most frequent one.
  IF mongo_id ~ '^\{"\$oid":"[0-9a-f]{24}"\}$' THEN
    v := mongo_id::jsonb;
    raw := '\x07'::bytea || decode(substr(mongo_id, 10, 24), 'hex');
    RETURN;
  END IF;
  BEGIN
    v := pg_temp.rowlens_id_value(mongo_id::jsonb);
    -- A key that stands twice is no order of jsonb's either.
    sorted := pg_temp.rowlens_sorted(mongo_id::json);
    odd := pg_temp.rowlens_compound(v) OR (pg_temp.rowlens_wrapper(v) IS NULL AND NOT sorted);
    IF odd AND NOT sorted THEN v := NULL; END IF;
    -- Found is only what is spelled as the core does, with the types of numbers and without blanks; any spelling leads back.
    IF NOT odd AND jsonb_typeof(mongo_id::jsonb) <> 'number' AND regexp_replace(mongo_id, '"([^"\\]|\\.)*"', '', 'g') !~ '\s' THEN raw := pg_temp.rowlens_raw(v, '{}', ''); END IF;
  EXCEPTION WHEN others THEN
    -- No Extended JSON, or with U+0000, which jsonb has no place for.
    v := NULL;
    odd := true;
  END;
END $rowlens$;

-- The id that a key stands for. `rowlens_ids` has the answers of `id_map`, and the setting the name of the collection with this number.
CREATE FUNCTION pg_temp.rowlens_id(n int, x text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $rowlens$
DECLARE v jsonb; found bigint;
BEGIN
  SELECT i.v, count(*) OVER () INTO v, found FROM pg_temp.rowlens_ids i WHERE i.c = n AND i.k = x;
  IF found IS NULL THEN PERFORM pg_temp.rowlens_refuse('`id_map` has no id for the key ' || x || ' of `' || current_setting('rowlens.lookup_' || n) || '`, which a row has', 'give `id_map` its key first'); END IF;
  IF found > 1 THEN PERFORM pg_temp.rowlens_refuse('`id_map` has two ids for the key ' || x || ' of `' || current_setting('rowlens.lookup_' || n) || '`', 'correct `id_map` first'); END IF;
  IF v IS NULL THEN PERFORM pg_temp.rowlens_refuse('the id that `id_map` has for the key ' || x || ' of `' || current_setting('rowlens.lookup_' || n) || '` is none that SQL can say: its keys have another order than jsonb''s, it has U+0000, or it is no Extended JSON'); END IF;
  RETURN v;
END $rowlens$;

-- The key of an id; NULL: `id_map` has none, and the complement keeps the id.
CREATE FUNCTION pg_temp.rowlens_key(n int, v jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $rowlens$
DECLARE x text; found bigint; b bytea;
BEGIN
  IF pg_temp.rowlens_compound(v) THEN
    IF EXISTS (SELECT FROM pg_temp.rowlens_ids i WHERE i.c = n AND i.odd) THEN
      PERFORM pg_temp.rowlens_refuse('whether `id_map` has a key of `' || current_setting('rowlens.lookup_' || n) || '` for an id that is an object of several fields, or has U+0000, SQL cannot tell');
    END IF;
    RETURN NULL;
  END IF;
  b := pg_temp.rowlens_raw(v, '{}', '');
  SELECT i.k, count(*) OVER () INTO x, found FROM pg_temp.rowlens_ids i WHERE i.c = n AND i.raw = b;
  IF found > 1 THEN PERFORM pg_temp.rowlens_refuse('`id_map` has two keys for the id ' || v::text || ' of `' || current_setting('rowlens.lookup_' || n) || '`', 'correct `id_map` first'); END IF;
  IF found = 1 AND x IS NULL THEN PERFORM pg_temp.rowlens_refuse('what `id_map` has for the id ' || v::text || ' of `' || current_setting('rowlens.lookup_' || n) || '` is no key of that collection', 'correct `id_map` first'); END IF;
  RETURN x;
END $rowlens$;
