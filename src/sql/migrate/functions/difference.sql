-- Where a field of the object at `place` stands.
CREATE FUNCTION pg_temp.rowlens_place(orders jsonb, place text, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE jsonb_typeof(orders -> place) WHEN 'boolean' THEN place || '{}' ELSE pg_temp.rowlens_path(place, name) END
$rowlens$;

-- What the complement makes of the value that rows give; NULL is missing.
CREATE FUNCTION pg_temp.rowlens_apply(base jsonb, j jsonb, types jsonb, rows jsonb, path text, orders jsonb, place text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE tag text := types ->> path; element text; items jsonb[]; i int; at int;
BEGIN
  IF tag = 'missing' THEN RETURN NULL; END IF;
  IF j IS NULL AND jsonb_typeof(base) NOT IN ('object', 'array') THEN RETURN base; END IF;
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
    -- All places are found before any element changes. An entry follows its element; of elements alike it is the first. One whose element is gone, or was written since, is dropped as it is when rows are read.
    items := ARRAY(SELECT * FROM jsonb_array_elements(base));
    FOR element, i IN SELECT k, substring(k FROM '([0-9]+)\]$')::int FROM jsonb_object_keys(rows) k WHERE starts_with(k, path || '[') AND substr(k, length(path) + 2) ~ '^[0-9]+\]$' LOOP
      at := CASE WHEN i < cardinality(items) AND pg_temp.rowlens_fingerprint(base -> i, orders, place || '[]') = rows ->> element THEN i + 1
        ELSE (SELECT min(n) FROM jsonb_array_elements(base) WITH ORDINALITY o(x, n) WHERE pg_temp.rowlens_fingerprint(x, orders, place || '[]') = rows ->> element) END;
      IF at IS NOT NULL THEN items[at] := coalesce(pg_temp.rowlens_apply(items[at], j -> i::text, types, rows, element, orders, place || '[]'), 'null'); END IF;
    END LOOP;
    RETURN to_jsonb(items);
  END IF;
  RETURN base;
END $rowlens$;

-- The entry that turns the value that rows give into `v`; the two differ. "r" has the fingerprints of elements.
CREATE FUNCTION pg_temp.rowlens_difference(v jsonb, base jsonb, path text, orders jsonb, place text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE k text; e jsonb; j jsonb := '{}'; t jsonb := '{}'; r jsonb := '{}'; element text; plain boolean;
BEGIN
  IF v IS NULL THEN RETURN jsonb_build_object('t', jsonb_build_object(path, 'missing'), 'r', r); END IF;
  IF base IS NULL THEN RETURN pg_temp.rowlens_entry(v, path) || jsonb_build_object('r', r); END IF;
  plain := pg_temp.rowlens_plain(v);
  IF plain AND pg_temp.rowlens_plain(base) THEN
    FOR k IN SELECT key FROM jsonb_each(v || base) WHERE v -> key IS DISTINCT FROM base -> key LOOP
      e := pg_temp.rowlens_difference(v -> k, base -> k, pg_temp.rowlens_path(path, k), orders, pg_temp.rowlens_place(orders, place, k));
      IF e ? 'j' THEN j := j || jsonb_build_object(k, e -> 'j'); END IF;
      t := t || (e -> 't');
      r := r || (e -> 'r');
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
    IF (jsonb_typeof(v) = 'array' OR plain) AND jsonb_typeof(base) <> 'null' AND NOT (plain AND jsonb_typeof(base) = 'array') AND pg_temp.rowlens_shown(v) = v THEN
      RETURN jsonb_build_object('j', v, 'r', r, 't', jsonb_build_object(path, 'bson:' || replace(encode(pg_temp.rowlens_raw(v, '{}', ''), 'base64'), E'\n', '')));
    END IF;
    RETURN jsonb_build_object('j', e -> 'j', 'r', r, 't', (e -> 't') || CASE WHEN plain AND jsonb_typeof(base) = 'array' THEN jsonb_build_object(path, 'replace') ELSE '{}' END);
  END IF;
  RETURN CASE WHEN j = '{}' THEN '{}' ELSE jsonb_build_object('j', j) END || jsonb_build_object('t', t, 'r', r);
END $rowlens$;
