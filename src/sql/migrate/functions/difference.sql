-- Where a field of the object at `place` stands.
CREATE FUNCTION pg_temp.rowlens_place(orders jsonb, place text, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE jsonb_typeof(orders -> place) WHEN 'boolean' THEN place || '{}' ELSE pg_temp.rowlens_path(place, name) END
$rowlens$;

-- What the complement makes of the value that rows give; NULL is missing.
CREATE FUNCTION pg_temp.rowlens_apply(base jsonb, j jsonb, types jsonb, rows jsonb, path text, orders jsonb, place text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE tag text := types ->> path; e jsonb; element text; i int := 0; result jsonb := '[]';
BEGIN
  IF tag = 'missing' THEN RETURN NULL; END IF;
  IF j IS NOT NULL AND (base IS NULL OR tag = 'replace' OR tag LIKE 'bson:%' OR jsonb_typeof(j) <> 'object' OR NOT (jsonb_typeof(base) = 'array' OR pg_temp.rowlens_plain(base))) THEN
    RETURN pg_temp.rowlens_value(j, types, path);
  END IF;
  IF pg_temp.rowlens_plain(base) THEN
    RETURN (SELECT pg_temp.rowlens_object(coalesce(jsonb_object_agg(k, x), '{}')) FROM (
      SELECT k, pg_temp.rowlens_apply(x, j -> k, types, rows, pg_temp.rowlens_path(path, k), orders, pg_temp.rowlens_place(orders, place, k)) AS x FROM jsonb_each(base) o(k, x)
      UNION ALL
      SELECT k, pg_temp.rowlens_value(x, types, pg_temp.rowlens_path(path, k)) FROM jsonb_each(j) o(k, x) WHERE NOT base ? k AND types ->> pg_temp.rowlens_path(path, k) IS DISTINCT FROM 'missing'
    ) both_sides WHERE x IS NOT NULL);
  ELSIF jsonb_typeof(base) = 'array' THEN
    FOR e IN SELECT * FROM jsonb_array_elements(base) LOOP
      element := path || '[' || i || ']';
      IF rows ? element THEN
        IF pg_temp.rowlens_fingerprint(e, orders, place || '[]') IS DISTINCT FROM rows ->> element THEN
          PERFORM pg_temp.rowlens_refuse('the complement''s entry for `' || element || '` belongs to an element that has moved, or is gone');
        END IF;
        e := pg_temp.rowlens_apply(e, j -> i::text, types, rows, element, orders, place || '[]');
      END IF;
      result := result || jsonb_build_array(e);
      i := i + 1;
    END LOOP;
    IF EXISTS (SELECT FROM jsonb_object_keys(rows) k WHERE starts_with(k, path || '[') AND substr(k, length(path) + 2) ~ '^[0-9]+\]$' AND substring(k FROM '([0-9]+)\]$')::int >= i) THEN
      PERFORM pg_temp.rowlens_refuse('the complement has entries for elements of `' || path || '` that are gone');
    END IF;
    RETURN result;
  END IF;
  RETURN base;
END $rowlens$;

-- The entry that turns the value that rows give into `v`; the two differ. "r" has the fingerprints of elements.
CREATE FUNCTION pg_temp.rowlens_difference(v jsonb, base jsonb, path text, orders jsonb, place text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE k text; e jsonb; j jsonb := '{}'; t jsonb := '{}'; r jsonb := '{}'; element text;
BEGIN
  IF v IS NULL THEN RETURN jsonb_build_object('t', jsonb_build_object(path, 'missing'), 'r', r); END IF;
  IF pg_temp.rowlens_plain(v) AND pg_temp.rowlens_plain(base) THEN
    FOR k IN SELECT jsonb_object_keys(v || base) LOOP
      IF v -> k IS DISTINCT FROM base -> k THEN
        e := pg_temp.rowlens_difference(v -> k, base -> k, pg_temp.rowlens_path(path, k), orders, pg_temp.rowlens_place(orders, place, k));
        IF e ? 'j' THEN j := j || jsonb_build_object(k, e -> 'j'); END IF;
        t := t || (e -> 't');
        r := r || (e -> 'r');
      END IF;
    END LOOP;
  ELSIF jsonb_typeof(v) = 'array' AND jsonb_typeof(base) = 'array' AND jsonb_array_length(v) = jsonb_array_length(base) THEN
    FOR i IN 0 .. jsonb_array_length(v) - 1 LOOP
      IF v -> i IS DISTINCT FROM base -> i THEN
        element := path || '[' || i || ']';
        e := pg_temp.rowlens_difference(v -> i, base -> i, element, orders, place || '[]');
        IF e ? 'j' THEN j := j || jsonb_build_object(i::text, e -> 'j'); END IF;
        t := t || (e -> 't');
        r := r || (e -> 'r') || jsonb_build_object(element, pg_temp.rowlens_fingerprint(base -> i, orders, place || '[]'));
      END IF;
    END LOOP;
  ELSE
    e := pg_temp.rowlens_entry(v, path);
    -- As the core does: what is no value of its own over another value is kept as bytes.
    IF (jsonb_typeof(v) = 'array' OR pg_temp.rowlens_plain(v)) AND jsonb_typeof(base) <> 'null' AND NOT (pg_temp.rowlens_plain(v) AND jsonb_typeof(base) = 'array') AND pg_temp.rowlens_shown(v) = v THEN
      RETURN jsonb_build_object('j', v, 'r', r, 't', jsonb_build_object(path, 'bson:' || replace(encode(pg_temp.rowlens_raw(v, '{}', ''), 'base64'), E'\n', '')));
    END IF;
    RETURN jsonb_build_object('j', e -> 'j', 'r', r, 't', (e -> 't') || CASE WHEN pg_temp.rowlens_plain(v) AND jsonb_typeof(base) = 'array' THEN jsonb_build_object(path, 'replace') ELSE '{}' END);
  END IF;
  RETURN CASE WHEN j = '{}' THEN '{}' ELSE jsonb_build_object('j', j) END || jsonb_build_object('t', t, 'r', r);
END $rowlens$;
