-- The bytes of a number, at most eight, in BSON's order.
CREATE FUNCTION pg_temp.rowlens_reverse(b bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  RETURN substr(b, 8, 1) || substr(b, 7, 1) || substr(b, 6, 1) || substr(b, 5, 1) || substr(b, 4, 1) || substr(b, 3, 1) || substr(b, 2, 1) || substr(b, 1, 1);
END $rowlens$;

-- A BSON string with its length.
CREATE FUNCTION pg_temp.rowlens_string(x text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE b bytea := convert_to(x, 'UTF8');
BEGIN
  RETURN pg_temp.rowlens_reverse(int4send(length(b) + 1)) || b || '\x00'::bytea;
END $rowlens$;

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

-- Whether the text has all keys in jsonb's order.
CREATE FUNCTION pg_temp.rowlens_sorted(v json) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  RETURN CASE json_typeof(v)
    WHEN 'object' THEN ARRAY(SELECT json_object_keys(v)) = ARRAY(SELECT jsonb_object_keys(v::jsonb)) AND NOT EXISTS (SELECT FROM json_each(v) o(k, e) WHERE NOT pg_temp.rowlens_sorted(e))
    WHEN 'array' THEN NOT EXISTS (SELECT FROM json_array_elements(v) e WHERE NOT pg_temp.rowlens_sorted(e))
    ELSE true END;
END $rowlens$;
