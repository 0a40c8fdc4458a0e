CREATE FUNCTION pg_temp.rowlens_refuse(why text, help text DEFAULT 'read the documents with the old mapping and write them with the new one') RETURNS text LANGUAGE plpgsql AS $rowlens$
BEGIN
  RAISE EXCEPTION 'rowlens: %', why USING HINT = 'nothing was changed; ' || help;
END $rowlens$;

-- The key that makes an object a value of another type; NULL for everything else.
CREATE FUNCTION pg_temp.rowlens_wrapper(v jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $rowlens$
DECLARE name text; size int; x text;
BEGIN
  -- Every value is asked, often more than once: what can be told without a query is.
  IF v IS NULL OR jsonb_typeof(v) <> 'object' OR NOT v ?| '{$oid,$numberInt,$numberLong,$numberDouble,$numberDecimal,$date,$binary,$code,$symbol,$regularExpression,$timestamp,$dbPointer,$minKey,$maxKey,$undefined,$rowlens}' THEN RETURN NULL; END IF;
  -- The most frequent two.
  IF v ->> '$oid' ~ '^[0-9a-f]{24}$' AND v - '$oid' = '{}' AND jsonb_typeof(v -> '$oid') = 'string' THEN RETURN '$oid'; END IF;
  IF v ->> '$numberDecimal' ~ '^-?[0-9]+(\.[0-9]+)?(E[-+][0-9]+)?$' AND v - '$numberDecimal' = '{}' AND jsonb_typeof(v -> '$numberDecimal') = 'string' THEN RETURN '$numberDecimal'; END IF;
  name := CASE WHEN v ? '$oid' THEN '$oid' WHEN v ? '$date' THEN '$date' WHEN v ? '$numberDecimal' THEN '$numberDecimal' WHEN v ? '$numberLong' THEN '$numberLong' WHEN v ? '$numberDouble' THEN '$numberDouble' END;
  IF name IS NOT NULL AND v - name = '{}' THEN
    size := 1;
  ELSE
    SELECT count(*), max(k) FILTER (WHERE k = ANY ('{$oid,$numberInt,$numberLong,$numberDouble,$numberDecimal,$date,$binary,$code,$symbol,$regularExpression,$timestamp,$dbPointer,$minKey,$maxKey,$undefined,$rowlens}')) INTO size, name FROM jsonb_object_keys(v) k;
    IF size > 2 THEN RETURN NULL; END IF;
  END IF;
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

CREATE FUNCTION pg_temp.rowlens_plain(v jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  RETURN coalesce(jsonb_typeof(v) = 'object' AND pg_temp.rowlens_wrapper(v) IS NULL, false);
END $rowlens$;

-- An object made of fields, unless it would be taken for a value of another type.
CREATE FUNCTION pg_temp.rowlens_object(v jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $rowlens$
BEGIN
  IF pg_temp.rowlens_wrapper(v) IS NOT NULL THEN PERFORM pg_temp.rowlens_refuse('an object looks like Extended JSON and is none'); END IF;
  RETURN v;
END $rowlens$;

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
  IF v::text NOT LIKE '%"$rowlens"%' THEN RETURN v; END IF;
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
