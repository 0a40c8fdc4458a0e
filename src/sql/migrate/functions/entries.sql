CREATE FUNCTION pg_temp.rowlens_double(x float8) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE WHEN float8send(x) = '\x8000000000000000' THEN '{"$numberDouble": "-0.0"}'
    WHEN x IN ('NaN', 'Infinity', '-Infinity') THEN jsonb_build_object('$numberDouble', x::text)
    WHEN x = trunc(x) AND x BETWEEN -2147483648 AND 2147483647 THEN jsonb_build_object('$numberDouble', x::bigint || '.0')
    ELSE to_jsonb(x) END
$rowlens$;

-- JSON has numbers that no double is, which others may have written.
CREATE FUNCTION pg_temp.rowlens_double_of(j jsonb) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE q numeric := j::numeric; d float8;
BEGIN
  IF q <> 0 AND abs(q) BETWEEN 5e-324 AND 1.7976931348623157e308 THEN d := q::text::float8; ELSIF q = 0 THEN d := 0; END IF;
  IF d IS NULL OR (d::text::numeric <> q AND length(trim(both '0' FROM translate(q::text, '-.', ''))) > length(trim(both '0' FROM translate(d::text::numeric::text, '-.', '')))) THEN
    PERFORM pg_temp.rowlens_refuse('a number in JSON has more digits, or is larger or smaller, than numbers of documents are', 'round it first, or leave the field where it is');
  END IF;
  RETURN d;
END $rowlens$;

-- Decimal text as BSON's decimals are written.
CREATE FUNCTION pg_temp.rowlens_decimal(x text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE digits text := ltrim(translate(x, '-.', ''), '0'); adjusted int;
BEGIN
  IF x !~ '^-?[0-9]' THEN RETURN jsonb_build_object('$numberDecimal', x); END IF;
  IF length(digits) > 34 THEN
    x := trim_scale(x::numeric)::text;
    digits := ltrim(translate(x, '-.', ''), '0');
    IF length(rtrim(digits, '0')) > 34 THEN PERFORM pg_temp.rowlens_refuse('a numeric has more than the 34 digits that documents have', 'round it first, or leave the field where it is'); END IF;
  END IF;
  IF digits = '' THEN digits := '0'; END IF;
  adjusted := length(digits) - 1 - scale(x::numeric);
  IF adjusted > 6144 OR scale(x::numeric) > 6176 THEN PERFORM pg_temp.rowlens_refuse('a numeric is larger or smaller than numbers of documents are', 'round it first, or leave the field where it is'); END IF;
  IF length(digits) > 34 THEN digits := rtrim(digits, '0'); ELSIF adjusted >= -6 THEN RETURN jsonb_build_object('$numberDecimal', x); END IF;
  RETURN jsonb_build_object('$numberDecimal', CASE WHEN x LIKE '-%' THEN '-' ELSE '' END || left(digits, 1) || CASE WHEN length(digits) > 1 THEN '.' || substr(digits, 2) ELSE '' END || 'E' || CASE WHEN adjusted > 0 THEN '+' ELSE '' END || adjusted);
END $rowlens$;

-- Whether the JSON says all that the bytes do. Objects may have their keys in another order; where arrays are in them, bytes would not tell that from an odd array.
CREATE FUNCTION pg_temp.rowlens_says(j jsonb, b bytea) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE r bytea;
BEGIN
  IF jsonb_typeof(j) = 'null' THEN RETURN b = '\x0a'; END IF;
  r := pg_temp.rowlens_raw(j, '{}', '');
  IF r = b THEN RETURN true; END IF;
  RETURN coalesce(length(r) = length(b) AND j::text NOT LIKE '%[%' AND get_byte(b, 0) = 3
    AND (SELECT array_agg(get_byte(b, i) ORDER BY get_byte(b, i)) = array_agg(get_byte(r, i) ORDER BY get_byte(r, i)) FROM generate_series(0, length(b) - 1) i), false);
END $rowlens$;

-- An entry of the complement as a value.
CREATE FUNCTION pg_temp.rowlens_value(j jsonb, types jsonb, path text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE tag text := types ->> path; kind text := jsonb_typeof(j); x text; b bytea;
BEGIN
  IF tag IS NOT NULL THEN
    IF tag LIKE 'bson:%' THEN
      b := decode(substr(tag, 6), 'base64');
      RETURN CASE WHEN pg_temp.rowlens_says(j, b) THEN j ELSE jsonb_build_object('$rowlens', tag, 'shown', j) END;
    END IF;
    x := j #>> '{}';
    CASE tag
      WHEN 'objectId' THEN RETURN jsonb_build_object('$oid', x);
      WHEN 'decimal' THEN RETURN jsonb_build_object('$numberDecimal', x);
      -- PostgreSQL has no year 0.
      WHEN 'date' THEN RETURN jsonb_build_object('$date', jsonb_build_object('$numberLong', (extract(epoch FROM CASE WHEN x LIKE '0000%' THEN '0001' || substr(x, 5, 19) || ' BC' ELSE left(x, 23) END::timestamp) * 1000)::bigint::text));
      WHEN 'int64' THEN RETURN jsonb_build_object('$numberLong', x);
      WHEN 'double' THEN RETURN pg_temp.rowlens_double(x::float8);
      ELSE
    END CASE;
  END IF;
  IF kind = 'object' THEN
    IF NOT pg_temp.rowlens_plain(j) THEN PERFORM pg_temp.rowlens_refuse('the object at `' || path || '` in the complement looks like Extended JSON'); END IF;
    RETURN (SELECT coalesce(jsonb_object_agg(k, CASE WHEN types ? p OR jsonb_typeof(e) IN ('number', 'object', 'array') THEN pg_temp.rowlens_value(e, types, p) ELSE e END), '{}') FROM jsonb_each(j) o(k, e), LATERAL (SELECT pg_temp.rowlens_path(path, k) OFFSET 0) x(p));
  ELSIF kind = 'number' THEN
    -- Short numbers are doubles, all of them.
    IF length(j::text) > 15 THEN PERFORM pg_temp.rowlens_double_of(j); END IF;
  ELSIF kind = 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(pg_temp.rowlens_value(e, types, path || '[' || i - 1 || ']') ORDER BY i), '[]') FROM jsonb_array_elements(j) WITH ORDINALITY o(e, i));
  END IF;
  RETURN j;
END $rowlens$;

-- A value as an entry: {"j": what is shown, "t": its types by path}.
CREATE FUNCTION pg_temp.rowlens_entry(v jsonb, path text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text; x text; ms bigint; j jsonb; t jsonb := '{}'; k text; e jsonb; tag text;
BEGIN
  -- What is in it says all by itself.
  IF jsonb_typeof(v) NOT IN ('object', 'array') OR v::text NOT LIKE '%"$%' THEN RETURN jsonb_build_object('j', v, 't', t); END IF;
  w := pg_temp.rowlens_wrapper(v);
  IF w IS NOT NULL THEN
    x := v ->> w;
    CASE w
      WHEN '$oid' THEN RETURN jsonb_build_object('j', x, 't', jsonb_build_object(path, 'objectId'));
      WHEN '$numberDecimal' THEN RETURN jsonb_build_object('j', x, 't', jsonb_build_object(path, 'decimal'));
      WHEN '$numberLong' THEN j := CASE WHEN x::numeric BETWEEN -9007199254740992 AND 9007199254740992 THEN x::jsonb ELSE to_jsonb(x) END; tag := 'int64';
      WHEN '$numberDouble' THEN IF x ~ '^-?[0-9]{1,10}\.0$' AND x <> '-0.0' THEN j := left(x, -2)::jsonb; tag := 'double'; END IF;
      WHEN '$rowlens' THEN j := v -> 'shown'; tag := x;
      WHEN '$date' THEN
        ms := (v #>> '{$date,$numberLong}')::bigint;
        IF ms BETWEEN -62167219200000 AND 253402300799999 THEN
          j := to_jsonb(CASE WHEN ms < -62135596800000 THEN '0000' ELSE '' END || to_char(timestamp '1970-01-01' + make_interval(days => floor(ms / 86400000.0)::int, secs => (ms - floor(ms / 86400000.0) * 86400000)::float8 / 1000), CASE WHEN ms < -62135596800000 THEN '' ELSE 'YYYY' END || '-MM-DD"T"HH24:MI:SS.MS"Z"'));
          tag := 'date';
        END IF;
      ELSE
    END CASE;
    IF tag IS NULL THEN
      j := v;
      tag := 'bson:' || replace(encode(pg_temp.rowlens_raw(v, '{}', ''), 'base64'), E'\n', '');
      IF tag IS NULL THEN PERFORM pg_temp.rowlens_refuse('the bytes of the value at `' || path || '` cannot be made in SQL'); END IF;
    END IF;
    RETURN jsonb_build_object('j', j, 't', jsonb_build_object(path, tag));
  END IF;
  j := v;
  IF jsonb_typeof(v) = 'object' THEN
    FOR k, e IN SELECT o.k, pg_temp.rowlens_entry(o.e, pg_temp.rowlens_path(path, o.k)) FROM jsonb_each(v) o(k, e) WHERE jsonb_typeof(o.e) IN ('object', 'array') LOOP
      j := j || jsonb_build_object(k, e -> 'j');
      t := t || (e -> 't');
    END LOOP;
  ELSE
    FOR k, e IN SELECT (i - 1)::text, pg_temp.rowlens_entry(o.e, path || '[' || i - 1 || ']') FROM jsonb_array_elements(v) WITH ORDINALITY o(e, i) WHERE jsonb_typeof(o.e) IN ('object', 'array') LOOP
      j := jsonb_set(j, ARRAY[k], e -> 'j');
      t := t || (e -> 't');
    END LOOP;
  END IF;
  RETURN jsonb_build_object('j', j, 't', t);
END $rowlens$;
