-- Values on their way are jsonb, in the form that jsonb columns have: what JSON cannot say is canonical Extended JSON. A value of which only
-- the bytes are known is {"$rowlens": its tag, "shown": what the complement shows}.
CREATE FUNCTION pg_temp.rowlens_refuse(why text) RETURNS text LANGUAGE plpgsql AS $rowlens$
BEGIN
  RAISE EXCEPTION 'rowlens: %', why USING HINT = 'nothing was changed; read the documents with the old mapping and write them with the new one';
END $rowlens$;

-- The key that makes an object a value of another type; NULL for everything else.
CREATE FUNCTION pg_temp.rowlens_wrapper(v jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE name text; size int; x text;
BEGIN
  IF v IS NULL OR jsonb_typeof(v) <> 'object' THEN RETURN NULL; END IF;
  SELECT count(*), max(k) FILTER (WHERE k IN ('$oid', '$numberInt', '$numberLong', '$numberDouble', '$numberDecimal', '$date', '$binary', '$code', '$symbol', '$regularExpression', '$timestamp', '$dbPointer', '$minKey', '$maxKey', '$undefined', '$rowlens'))
    INTO size, name FROM jsonb_object_keys(v) k;
  IF name IS NULL OR size > 2 THEN RETURN NULL; END IF;
  -- What Extended JSON never has there is an object like any other.
  IF (size = 2 AND name NOT IN ('$binary', '$code', '$rowlens'))
    OR (jsonb_typeof(v -> name) <> CASE WHEN name IN ('$date', '$binary', '$regularExpression', '$timestamp', '$dbPointer') THEN 'object' WHEN name IN ('$minKey', '$maxKey') THEN 'number' WHEN name = '$undefined' THEN 'boolean' ELSE 'string' END
      AND (name <> '$date' OR jsonb_typeof(v -> name) <> 'string'))
  THEN RETURN NULL; END IF;
  x := v ->> name;
  IF (CASE name
    WHEN '$rowlens' THEN v ? 'shown'
    WHEN '$code' THEN size = 1 OR jsonb_typeof(v -> '$scope') = 'object'
    WHEN '$oid' THEN size = 1 AND x ~ '^[0-9a-f]{24}$'
    WHEN '$numberLong' THEN size = 1 AND x ~ '^-?[0-9]{1,19}$'
    WHEN '$numberDouble' THEN size = 1 AND x ~ '^(-?[0-9]+(\.[0-9]+)?(E[-+][0-9]+)?|NaN|-?Infinity)$'
    WHEN '$numberDecimal' THEN size = 1 AND x ~ '^(-?[0-9]+(\.[0-9]+)?(E[-+][0-9]+)?|NaN|-?Infinity)$'
    WHEN '$date' THEN size = 1 AND v #>> '{$date,$numberLong}' ~ '^-?[0-9]{1,19}$'
    WHEN '$binary' THEN size = 1 AND v #>> '{$binary,subType}' ~ '^[0-9a-f]{2}$'
    WHEN '$numberInt' THEN false
    ELSE size = 1 END)
  THEN RETURN name; END IF;
  PERFORM pg_temp.rowlens_refuse('an object looks like Extended JSON and is none');
  RETURN NULL;
END $rowlens$;

CREATE FUNCTION pg_temp.rowlens_plain(v jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT coalesce(jsonb_typeof(v) = 'object' AND pg_temp.rowlens_wrapper(v) IS NULL, false)
$rowlens$;

-- The value, unless it is an object or array of which only the bytes are known: what is in it SQL cannot tell.
CREATE FUNCTION pg_temp.rowlens_open(v jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  IF jsonb_typeof(v) = 'object' AND v ->> '$rowlens' ~ '^bson:(A[w-z0-9+/]|B[A-P])' THEN
    PERFORM pg_temp.rowlens_refuse('a complement has as bytes what the new mapping looks into');
  END IF;
  RETURN v;
END $rowlens$;

-- The JSON that stands for the value in a JSON column; NULL where there is none.
CREATE FUNCTION pg_temp.rowlens_shown(v jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE k text; e jsonb; result jsonb;
BEGIN
  IF jsonb_typeof(v) = 'object' AND v ? '$rowlens' THEN
    -- Strings with U+0000 are not shown, because JSON has no place for them; objects and arrays also where they only nest too deeply to be shown.
    RETURN CASE WHEN v -> 'shown' <> 'null' THEN v -> 'shown' WHEN pg_temp.rowlens_open(v) IS NULL THEN 'null' END;
  ELSIF jsonb_typeof(v) IN ('object', 'array') THEN
    result := CASE jsonb_typeof(v) WHEN 'object' THEN '{}' ELSE '[]' END;
    FOR k, e IN SELECT * FROM jsonb_each(CASE jsonb_typeof(v) WHEN 'object' THEN v ELSE '{}' END) UNION ALL SELECT NULL, x FROM jsonb_array_elements(CASE jsonb_typeof(v) WHEN 'array' THEN v ELSE '[]' END) x LOOP
      e := pg_temp.rowlens_shown(e);
      IF e IS NULL THEN RETURN NULL; END IF;
      result := result || CASE WHEN k IS NULL THEN jsonb_build_array(e) ELSE jsonb_build_object(k, e) END;
    END LOOP;
    RETURN result;
  END IF;
  RETURN v;
END $rowlens$;

-- A document path with one more field.
CREATE FUNCTION pg_temp.rowlens_path(path text, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE WHEN path = '' THEN '' ELSE path || '.' END
    || CASE WHEN name = '' OR name ~ '[].[{}''@\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]' THEN '''' || replace(name, '''', '''''') || '''' ELSE name END
$rowlens$;

-- Bytes in BSON's order.
CREATE FUNCTION pg_temp.rowlens_reverse(b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT string_agg(substr(b, i, 1), ''::bytea ORDER BY i DESC) FROM generate_series(1, length(b)) i
$rowlens$;

-- A BSON string with its length.
CREATE FUNCTION pg_temp.rowlens_string(x text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT pg_temp.rowlens_reverse(int4send(octet_length(convert_to(x, 'UTF8')) + 1)) || convert_to(x, 'UTF8') || '\x00'::bytea
$rowlens$;

-- A decimal's 16 bytes.
CREATE FUNCTION pg_temp.rowlens_decimal128(x text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE mantissa text := split_part(ltrim(x, '-'), 'E', 1); n numeric; b bytea := '';
BEGIN
  n := CASE WHEN x ~ '[0-9]' THEN
      replace(mantissa, '.', '')::numeric + (coalesce(nullif(split_part(x, 'E', 2), ''), '0')::int - length(split_part(mantissa, '.', 2)) + 6176) * 10384593717069655257060992658440192
    ELSE CASE x WHEN 'NaN' THEN 31744 ELSE 30720 END * 5192296858534827628530496329220096 END + CASE WHEN x LIKE '-%' THEN 170141183460469231731687303715884105728 ELSE 0 END;
  FOR i IN 1..16 LOOP
    b := b || set_byte('\x00', 0, mod(n, 256)::int);
    n := div(n, 256);
  END LOOP;
  RETURN b;
END $rowlens$;

-- The BSON type byte and the value's bytes; NULL where SQL does not know them. `orders` says by place in which order objects have their keys: those named,
-- or, where it says true, all by their bytes; in JSON it is jsonb's order.
CREATE FUNCTION pg_temp.rowlens_raw(v jsonb, orders jsonb, place text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text := pg_temp.rowlens_wrapper(v); x text; b bytea; e jsonb;
BEGIN
  x := CASE WHEN w IS NULL THEN v #>> '{}' ELSE v ->> w END;
  CASE coalesce(w, jsonb_typeof(v))
    WHEN 'null' THEN RETURN '\x0a';
    WHEN 'boolean' THEN RETURN CASE WHEN x = 'true' THEN '\x0801'::bytea ELSE '\x0800' END;
    WHEN 'string' THEN RETURN '\x02' || pg_temp.rowlens_string(x);
    WHEN 'number' THEN RETURN CASE WHEN x::numeric = trunc(x::numeric) AND x::numeric BETWEEN -2147483648 AND 2147483647 THEN '\x10' || pg_temp.rowlens_reverse(int4send(x::numeric::int)) ELSE '\x01' || pg_temp.rowlens_reverse(float8send(x::float8)) END;
    WHEN '$oid' THEN RETURN '\x07' || decode(x, 'hex');
    WHEN '$numberLong' THEN RETURN '\x12' || pg_temp.rowlens_reverse(int8send(x::bigint));
    WHEN '$numberDouble' THEN RETURN '\x01' || pg_temp.rowlens_reverse(float8send(x::float8));
    WHEN '$numberDecimal' THEN RETURN '\x13' || pg_temp.rowlens_decimal128(x);
    WHEN '$date' THEN RETURN '\x09' || pg_temp.rowlens_reverse(int8send((v #>> '{$date,$numberLong}')::bigint));
    WHEN '$minKey' THEN RETURN '\xff';
    WHEN '$maxKey' THEN RETURN '\x7f';
    WHEN '$undefined' THEN RETURN '\x06';
    WHEN '$symbol' THEN RETURN '\x0e' || pg_temp.rowlens_string(x);
    WHEN '$code' THEN
      IF NOT v ? '$scope' THEN RETURN '\x0d' || pg_temp.rowlens_string(x); END IF;
      b := pg_temp.rowlens_string(x) || substr(pg_temp.rowlens_raw(v -> '$scope', '{}', ''), 2);
      RETURN '\x0f' || pg_temp.rowlens_reverse(int4send(length(b) + 4)) || b;
    WHEN '$dbPointer' THEN RETURN '\x0c' || pg_temp.rowlens_string(v #>> '{$dbPointer,$ref}') || decode(v #>> '{$dbPointer,$id,$oid}', 'hex');
    WHEN '$timestamp' THEN RETURN '\x11' || pg_temp.rowlens_reverse(substr(int8send((v #>> '{$timestamp,i}')::bigint), 5)) || pg_temp.rowlens_reverse(substr(int8send((v #>> '{$timestamp,t}')::bigint), 5));
    WHEN '$regularExpression' THEN RETURN '\x0b' || convert_to(v #>> '{$regularExpression,pattern}', 'UTF8') || '\x00' || convert_to(v #>> '{$regularExpression,options}', 'UTF8') || '\x00';
    WHEN '$rowlens' THEN RETURN decode(substr(x, 6), 'base64');
    WHEN '$binary' THEN
      b := decode(v #>> '{$binary,base64}', 'base64');
      IF v #>> '{$binary,subType}' = '02' THEN b := pg_temp.rowlens_reverse(int4send(length(b))) || b; END IF;
      RETURN '\x05' || pg_temp.rowlens_reverse(int4send(length(b))) || decode(v #>> '{$binary,subType}', 'hex') || b;
    WHEN 'array' THEN
      SELECT string_agg(substr(r, 1, 1) || convert_to((i - 1)::text, 'UTF8') || '\x00' || substr(r, 2), ''::bytea ORDER BY i) INTO b
        FROM jsonb_array_elements(v) WITH ORDINALITY o(a, i), LATERAL pg_temp.rowlens_raw(a, orders, place || '[]') r;
      RETURN '\x04' || pg_temp.rowlens_reverse(int4send(coalesce(length(b), 0) + 5)) || coalesce(b, '') || '\x00';
    WHEN 'object' THEN
      e := orders -> place;
      SELECT string_agg(substr(r, 1, 1) || convert_to(k, 'UTF8') || '\x00' || substr(r, 2), ''::bytea ORDER BY CASE jsonb_typeof(e) WHEN 'array' THEN (SELECT n FROM jsonb_array_elements_text(e) WITH ORDINALITY o(name, n) WHERE name = k) END, CASE jsonb_typeof(e) WHEN 'boolean' THEN k END COLLATE "C", i) INTO b
        FROM jsonb_each(v) WITH ORDINALITY o(k, a, i), LATERAL pg_temp.rowlens_raw(a, orders, CASE jsonb_typeof(e) WHEN 'boolean' THEN place || '{}' ELSE pg_temp.rowlens_path(place, k) END) r;
      RETURN '\x03' || pg_temp.rowlens_reverse(int4send(coalesce(length(b), 0) + 5)) || coalesce(b, '') || '\x00';
    ELSE RETURN NULL;
  END CASE;
END $rowlens$;

-- What an element is recognised by: its `_id`, else all of it.
CREATE FUNCTION pg_temp.rowlens_fingerprint(v jsonb, orders jsonb, place text) RETURNS text LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT left(encode(sha256(CASE WHEN pg_temp.rowlens_plain(v) AND v ? '_id' THEN pg_temp.rowlens_raw(v -> '_id', orders, pg_temp.rowlens_path(place, '_id')) ELSE pg_temp.rowlens_raw(v, orders, place) END), 'hex'), 16)
$rowlens$;

CREATE FUNCTION pg_temp.rowlens_double(x float8) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE WHEN float8send(x) = '\x8000000000000000' THEN '{"$numberDouble": "-0.0"}'
    WHEN x IN ('NaN', 'Infinity', '-Infinity') THEN jsonb_build_object('$numberDouble', x::text)
    WHEN x = trunc(x) AND x BETWEEN -2147483648 AND 2147483647 THEN jsonb_build_object('$numberDouble', x::bigint || '.0')
    ELSE to_jsonb(x) END
$rowlens$;

-- Decimal text as BSON's decimals are written.
CREATE FUNCTION pg_temp.rowlens_decimal(x text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE digits text := ltrim(translate(x, '-.', ''), '0'); adjusted int;
BEGIN
  IF x !~ '^-?[0-9]' THEN RETURN jsonb_build_object('$numberDecimal', x); END IF;
  IF length(digits) > 34 THEN
    x := trim_scale(x::numeric)::text;
    digits := ltrim(translate(x, '-.', ''), '0');
    IF length(rtrim(digits, '0')) > 34 THEN RETURN to_jsonb(x); END IF;
  END IF;
  IF digits = '' THEN digits := '0'; END IF;
  adjusted := length(digits) - 1 - scale(x::numeric);
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
DECLARE tag text := types ->> path; x text := j #>> '{}'; b bytea;
BEGIN
  IF tag LIKE 'bson:%' THEN
    b := decode(substr(tag, 6), 'base64');
    RETURN CASE WHEN pg_temp.rowlens_says(j, b) THEN j ELSE jsonb_build_object('$rowlens', tag, 'shown', j) END;
  END IF;
  CASE tag
    WHEN 'objectId' THEN RETURN jsonb_build_object('$oid', x);
    WHEN 'int64' THEN RETURN jsonb_build_object('$numberLong', x);
    WHEN 'double' THEN RETURN pg_temp.rowlens_double(x::float8);
    WHEN 'decimal' THEN RETURN jsonb_build_object('$numberDecimal', x);
    -- PostgreSQL has no year 0.
    WHEN 'date' THEN RETURN jsonb_build_object('$date', jsonb_build_object('$numberLong', (extract(epoch FROM CASE WHEN x LIKE '0000%' THEN '0001' || substr(x, 5, 19) || ' BC' ELSE left(x, 23) END::timestamp) * 1000)::bigint::text));
    ELSE
  END CASE;
  IF jsonb_typeof(j) = 'object' THEN
    IF NOT pg_temp.rowlens_plain(j) THEN PERFORM pg_temp.rowlens_refuse('the object at `' || path || '` in the complement looks like Extended JSON'); END IF;
    RETURN (SELECT coalesce(jsonb_object_agg(k, pg_temp.rowlens_value(e, types, pg_temp.rowlens_path(path, k))), '{}') FROM jsonb_each(j) o(k, e));
  ELSIF jsonb_typeof(j) = 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(pg_temp.rowlens_value(e, types, path || '[' || i - 1 || ']') ORDER BY i), '[]') FROM jsonb_array_elements(j) WITH ORDINALITY o(e, i));
  END IF;
  RETURN j;
END $rowlens$;

-- A value as an entry: {"j": what is shown, "t": its types by path}.
CREATE FUNCTION pg_temp.rowlens_entry(v jsonb, path text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text := pg_temp.rowlens_wrapper(v); x text; ms bigint; j jsonb; t jsonb := '{}'; k text; e jsonb; tag text; i int := 0;
BEGIN
  IF w IS NOT NULL THEN
    x := v ->> w;
    CASE w
      WHEN '$oid' THEN j := to_jsonb(x); tag := 'objectId';
      WHEN '$numberDecimal' THEN j := to_jsonb(x); tag := 'decimal';
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
  CASE jsonb_typeof(v)
    WHEN 'object' THEN
      j := '{}';
      FOR k, e IN SELECT * FROM jsonb_each(v) LOOP
        e := pg_temp.rowlens_entry(e, pg_temp.rowlens_path(path, k));
        j := j || jsonb_build_object(k, e -> 'j');
        t := t || (e -> 't');
      END LOOP;
    WHEN 'array' THEN
      j := '[]';
      FOR e IN SELECT * FROM jsonb_array_elements(v) LOOP
        e := pg_temp.rowlens_entry(e, path || '[' || i || ']');
        j := j || jsonb_build_array(e -> 'j');
        t := t || (e -> 't');
        i := i + 1;
      END LOOP;
    ELSE j := v;
  END CASE;
  RETURN jsonb_build_object('j', j, 't', t);
END $rowlens$;

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
    RETURN (SELECT coalesce(jsonb_object_agg(k, x), '{}') FROM (
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

-- A column's text as the value that rowlens gives back.
CREATE FUNCTION pg_temp.rowlens_show(x text, family text, kind text, n int) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE i bigint; d float8; q numeric;
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  CASE family
    WHEN 'text', 'char', 'label' THEN
      IF family = 'char' THEN x := rtrim(x, ' '); END IF;
      RETURN CASE WHEN kind = 'objectId' AND x ~ '^[0-9a-f]{24}$' THEN jsonb_build_object('$oid', x) ELSE to_jsonb(x) END;
    WHEN 'boolean' THEN RETURN to_jsonb(x::boolean);
    WHEN 'json' THEN RETURN x::jsonb;
    WHEN 'integer' THEN
      i := x::bigint;
      IF kind IN ('int32', 'number') AND i BETWEEN -2147483648 AND 2147483647 THEN RETURN to_jsonb(i); END IF;
      -- Beyond it a double would be 2^63, which is no bigint.
      IF kind IN ('number', 'double') AND i <= 9223372036854774784 AND i::float8::bigint = i THEN RETURN pg_temp.rowlens_double(i::float8); END IF;
      RETURN jsonb_build_object('$numberLong', x);
    WHEN 'double' THEN
      -- A real is the double that it is exactly.
      d := CASE n WHEN 4 THEN x::real::float8 ELSE x::float8 END;
      IF kind <> 'double' AND d = trunc(d) AND d >= -9223372036854775808 AND d < 9223372036854775808 AND float8send(d) <> '\x8000000000000000' THEN
        IF kind IN ('int32', 'number') AND d BETWEEN -2147483648 AND 2147483647 THEN RETURN to_jsonb(d::bigint); END IF;
        IF kind = 'int64' THEN RETURN jsonb_build_object('$numberLong', d::bigint::text); END IF;
      END IF;
      RETURN pg_temp.rowlens_double(d);
    WHEN 'numeric' THEN
      IF kind <> 'decimal' AND x ~ '^-?[0-9]' THEN
        q := x::numeric;
        IF kind IN ('int32', 'number') AND q = trunc(q) AND q BETWEEN -2147483648 AND 2147483647 THEN RETURN to_jsonb(q::bigint); END IF;
        IF kind = 'int64' AND q = trunc(q) AND q BETWEEN -9223372036854775808 AND 9223372036854775807 THEN RETURN jsonb_build_object('$numberLong', q::bigint::text); END IF;
        IF q = 0 OR abs(q) BETWEEN 5e-324 AND 1.7976931348623157e308 THEN
          d := x::float8;
          -- PostgreSQL's shortest text is longer than others' where a double lies between two that are nearer to it; up to 15 digits that does not matter.
          IF d::text::numeric = q OR (length(trim(both '0' FROM translate(trim_scale(q)::text, '-.', ''))) <= 15 AND abs(q) > 1e-290) THEN
            RETURN CASE WHEN q = trunc(q) AND q BETWEEN -2147483648 AND 2147483647 THEN pg_temp.rowlens_double(d) ELSE to_jsonb(trim_scale(q)) END;
          END IF;
        END IF;
      END IF;
      RETURN pg_temp.rowlens_decimal(CASE WHEN n IS NULL OR x !~ '[0-9]' THEN x ELSE trim_scale(x::numeric)::text END);
    WHEN 'date' THEN
      RETURN CASE WHEN x LIKE '%infinity' THEN to_jsonb(x) ELSE jsonb_build_object('$date', jsonb_build_object('$numberLong', ((x::date - date '1970-01-01') * 86400000::bigint)::text)) END;
    WHEN 'timestamp' THEN
      RETURN CASE WHEN x LIKE '%infinity' THEN to_jsonb(x) ELSE jsonb_build_object('$date', jsonb_build_object('$numberLong', floor(extract(epoch FROM x::timestamp) * 1000)::bigint::text)) END;
    WHEN 'uuid' THEN
      x := replace(x, '-', '');
      IF substr(x, 13, 2) = '80' AND substr(x, 17, 2) = '80' AND right(x, 4) = '6f69' THEN RETURN jsonb_build_object('$oid', left(x, 12) || substr(x, 15, 2) || substr(x, 19, 10)); END IF;
      RETURN jsonb_build_object('$binary', jsonb_build_object('base64', encode(decode(x, 'hex'), 'base64'), 'subType', '04'));
    WHEN 'bytea' THEN
      IF kind = 'objectId' AND length(x) = 26 THEN RETURN jsonb_build_object('$oid', substr(x, 3)); END IF;
      RETURN jsonb_build_object('$binary', jsonb_build_object('base64', replace(encode(x::bytea, 'base64'), E'\n', ''), 'subType', '00'));
  END CASE;
END $rowlens$;

CREATE FUNCTION pg_temp.rowlens_show_array(x jsonb, family text, kind text, n int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT CASE jsonb_typeof(x)
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(pg_temp.rowlens_show_array(e, family, kind, n) ORDER BY i), '[]') FROM jsonb_array_elements(x) WITH ORDINALITY o(e, i))
    WHEN 'string' THEN pg_temp.rowlens_show(x #>> '{}', family, kind, n)
    ELSE x END
$rowlens$;

-- The text of a column that holds the value; NULL where the type cannot.
CREATE FUNCTION pg_temp.rowlens_hold(v jsonb, family text, kind text, n int, m int, labels text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text; x text; i bigint; d float8; q numeric;
BEGIN
  IF v IS NULL OR (jsonb_typeof(v) = 'null' AND family <> 'json') THEN RETURN NULL; END IF;
  w := coalesce(pg_temp.rowlens_wrapper(v), jsonb_typeof(v));
  x := CASE WHEN left(w, 1) = '$' THEN v ->> w ELSE v #>> '{}' END;
  CASE family
    WHEN 'json' THEN
      RETURN CASE WHEN v::text LIKE '%"$rowlens"%' THEN pg_temp.rowlens_shown(v) ELSE v END;
    WHEN 'text', 'char' THEN
      IF kind = 'objectId' AND w = '$oid' THEN RETURN CASE WHEN n IS NULL OR n >= 24 THEN x END; END IF;
      RETURN CASE WHEN w = 'string' AND (n IS NULL OR char_length(x) <= n) AND (family = 'text' OR x NOT LIKE '% ') AND (kind <> 'objectId' OR x !~ '^[0-9a-f]{24}$') THEN x END;
    WHEN 'label' THEN RETURN CASE WHEN w = 'string' AND x = ANY (labels) THEN x END;
    WHEN 'boolean' THEN RETURN CASE WHEN w = 'boolean' THEN x END;
    WHEN 'uuid' THEN
      IF w = '$oid' THEN RETURN left(x, 12) || '80' || substr(x, 13, 2) || '80' || right(x, 10) || '6f69'; END IF;
      IF w = '$binary' AND v #>> '{$binary,subType}' = '04' AND length(decode(v #>> '{$binary,base64}', 'base64')) = 16 THEN RETURN encode(decode(v #>> '{$binary,base64}', 'base64'), 'hex'); END IF;
      RETURN NULL;
    WHEN 'bytea' THEN
      IF kind = 'objectId' AND w = '$oid' THEN RETURN '\x' || x; END IF;
      IF w <> '$binary' OR (kind = 'objectId' AND (v #>> '{$binary,subType}' <> '00' OR length(decode(v #>> '{$binary,base64}', 'base64')) = 12)) THEN RETURN NULL; END IF;
      RETURN '\x' || encode(decode(v #>> '{$binary,base64}', 'base64'), 'hex');
    WHEN 'date', 'timestamp' THEN
      IF w <> '$date' THEN RETURN NULL; END IF;
      i := (v #>> '{$date,$numberLong}')::bigint;
      IF i < -210866803200000 OR i >= (CASE family WHEN 'date' THEN 185331707078400000 ELSE 9224318016000000 END) OR i % (CASE WHEN family = 'date' THEN 86400000 WHEN n = 0 THEN 1000 WHEN n = 1 THEN 100 WHEN n = 2 THEN 10 ELSE 1 END) <> 0 THEN RETURN NULL; END IF;
      IF family = 'date' THEN RETURN date '1970-01-01' + (i / 86400000)::int; END IF;
      RETURN timestamp '1970-01-01' + make_interval(days => floor(i / 86400000.0)::int, secs => (i - floor(i / 86400000.0) * 86400000)::float8 / 1000);
    ELSE
  END CASE;
  -- Numbers: integers have i, doubles d, all of them q unless they are no decimal.
  CASE w
    WHEN 'number' THEN
      q := x::numeric;
      IF q = trunc(q) AND q BETWEEN -2147483648 AND 2147483647 THEN i := q; ELSE d := x::float8; END IF;
    WHEN '$numberLong' THEN i := x::bigint; q := i;
    WHEN '$numberDouble' THEN
      d := x::float8;
      IF d > '-Infinity' AND d < 'Infinity' AND x <> '-0.0' THEN q := trim_scale(x::numeric); END IF;
    WHEN '$numberDecimal' THEN
      IF family <> 'numeric' THEN RETURN NULL; END IF;
      IF x = 'NaN' OR (x LIKE '%Infinity' AND n IS NULL) THEN RETURN x; END IF;
      IF x LIKE '%Infinity' OR (x LIKE '-%' AND x::numeric = 0) THEN RETURN NULL; END IF;
      q := x::numeric;
    ELSE RETURN NULL;
  END CASE;
  CASE family
    WHEN 'integer' THEN
      IF d = trunc(d) AND d >= -9223372036854775808 AND d < 9223372036854775808 AND float8send(d) <> '\x8000000000000000' THEN i := d::bigint; END IF;
      RETURN CASE WHEN n = 8 OR i BETWEEN CASE n WHEN 2 THEN -32768 ELSE -2147483648 END AND CASE n WHEN 2 THEN 32767 ELSE 2147483647 END THEN i::text END;
    WHEN 'double' THEN
      IF i IS NOT NULL THEN
        IF i > 9223372036854774784 OR i::float8::bigint <> i THEN RETURN NULL; END IF;
        d := i::float8;
      END IF;
      IF n = 4 AND d <> 0 AND d > '-Infinity' AND d < 'Infinity' THEN
        IF abs(d) < 1.4e-45 OR abs(d) > 3.4028234663852886e38 OR d::real::float8 <> d THEN RETURN NULL; END IF;
      END IF;
      RETURN CASE n WHEN 4 THEN d::real::text ELSE d::text END;
    WHEN 'numeric' THEN
      RETURN CASE WHEN n IS NULL OR q = 0 OR (round(q, m) = q AND abs(q) < ('1e' || n - m)::numeric) THEN q::text END;
  END CASE;
END $rowlens$;

CREATE FUNCTION pg_temp.rowlens_hold_array(v jsonb, dimensions int, family text, kind text, n int, m int, labels text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE e jsonb; x text; result text := '';
BEGIN
  IF jsonb_typeof(pg_temp.rowlens_open(v)) IS DISTINCT FROM 'array' THEN RETURN NULL; END IF;
  FOR e IN SELECT * FROM jsonb_array_elements(v) LOOP
    IF dimensions > 1 THEN
      -- PostgreSQL's arrays are rectangular, and have no empty rows.
      IF jsonb_typeof(pg_temp.rowlens_open(e)) <> 'array' OR jsonb_array_length(e) = 0 OR jsonb_array_length(e) <> jsonb_array_length(v -> 0) THEN RETURN NULL; END IF;
      x := pg_temp.rowlens_hold_array(e, dimensions - 1, family, kind, n, m, labels);
    ELSIF jsonb_typeof(e) = 'null' AND family <> 'json' THEN
      x := 'NULL';
    ELSE
      x := '"' || replace(replace(pg_temp.rowlens_hold(e, family, kind, n, m, labels), '\', '\\'), '"', '\"') || '"';
    END IF;
    IF x IS NULL THEN RETURN NULL; END IF;
    result := result || ',' || x;
  END LOOP;
  RETURN '{' || substr(result, 2) || '}';
END $rowlens$;

-- What stands at a path of field names.
CREATE FUNCTION pg_temp.rowlens_at(v jsonb, names text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY names LOOP
    v := CASE WHEN pg_temp.rowlens_plain(pg_temp.rowlens_open(v)) THEN v -> name END;
  END LOOP;
  RETURN v;
END $rowlens$;

-- The value with `x` at a path of field names; NULL: nothing there.
CREATE FUNCTION pg_temp.rowlens_put(v jsonb, names text[], x jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  IF names = '{}' THEN RETURN x; END IF;
  IF NOT pg_temp.rowlens_plain(v) THEN v := CASE WHEN x IS NOT NULL THEN '{}'::jsonb ELSE v END; END IF;
  IF NOT pg_temp.rowlens_plain(v) THEN RETURN v; END IF;
  x := pg_temp.rowlens_put(v -> names[1], names[2:], x);
  RETURN CASE WHEN x IS NULL THEN v - names[1] ELSE v || jsonb_build_object(names[1], x) END;
END $rowlens$;

-- Whether a key of `types` or `rows` is about one of the fields.
CREATE FUNCTION pg_temp.rowlens_about(key text, names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $rowlens$
  SELECT EXISTS (SELECT FROM unnest(names) name WHERE key = pg_temp.rowlens_path('', name) OR starts_with(key, pg_temp.rowlens_path('', name) || '.') OR starts_with(key, pg_temp.rowlens_path('', name) || '['))
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
