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
    WHEN 'lookup' THEN RETURN pg_temp.rowlens_id(n, x);
    WHEN 'json' THEN
      -- Short numbers are doubles, all of them.
      IF x::jsonb::text ~ '[0-9.]{16}' THEN PERFORM pg_temp.rowlens_double_of(e) FROM jsonb_path_query(x::jsonb, '$.**') e WHERE jsonb_typeof(e) = 'number'; END IF;
      RETURN x::jsonb;
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

CREATE FUNCTION pg_temp.rowlens_show_array(x jsonb, family text, kind text, n int) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  IF jsonb_typeof(x) = 'string' THEN RETURN pg_temp.rowlens_show(x #>> '{}', family, kind, n); END IF;
  IF jsonb_typeof(x) = 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(pg_temp.rowlens_show_array(e, family, kind, n) ORDER BY i), '[]') FROM jsonb_array_elements(x) WITH ORDINALITY o(e, i));
  END IF;
  RETURN x;
END $rowlens$;

-- The text of a column that holds the value; NULL where the type cannot.
CREATE FUNCTION pg_temp.rowlens_hold(v jsonb, family text, kind text, n int, m int, labels text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE w text; x text; i bigint; d float8; q numeric;
BEGIN
  IF v IS NULL OR (jsonb_typeof(v) = 'null' AND family <> 'json') THEN RETURN NULL; END IF;
  w := jsonb_typeof(v);
  IF w = 'object' THEN w := coalesce(pg_temp.rowlens_wrapper(v), w); END IF;
  x := CASE WHEN left(w, 1) = '$' THEN v ->> w ELSE v #>> '{}' END;
  CASE family
    WHEN 'json' THEN
      RETURN pg_temp.rowlens_shown(v);
    WHEN 'lookup' THEN RETURN pg_temp.rowlens_key(n, v);
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
