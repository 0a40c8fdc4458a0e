//! The official BSON corpus and the data sets, through rows and back.

mod support;

use rowlens::bson::Writer;
use rowlens::json::parse_extended_json;
use rowlens::plan::Fidelity;
use support::*;

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Mappings of the corpus' field names: unmapped, jsonb, and each column type.
fn corpus_mappings() -> Vec<String> {
    let types = ["text", "jsonb", "json", "numeric", "numeric(38,18)", "double precision", "integer", "bigint", "boolean", "timestamptz(3)", "timestamptz", "date", "uuid", "bytea", "text[]", "double precision[]", "varchar(2)", "char(5)", "citext", "smallint", "real", "timestamp(0)", "numeric(5,-2)", "jsonb[]", "numeric[]", "uuid[]", "bytea[]"];
    let mut all = vec![r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest"}}}"#.to_owned()];
    for pg in types {
        let columns: Vec<String> = ["a", "b", "d", "i", "x", "dt", "bin", "", "$key", "dbref", "e", "bool", "oid", "symbol", "t"].iter().enumerate().map(|(n, name)| {
            let path = if name.is_empty() { "''".to_owned() } else { (*name).to_owned() };
            format!(r#""c{n}":{{"path":"{path}","type":"{pg}"}}"#)
        }).collect();
        all.push(format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{{"column":"id"}},"complement":"rest","columns":{{{}}}}}}}}}"#, columns.join(",")));
    }
    // Columns that stand for another kind than their type's own, with null for what is absent.
    for (pg, kind) in [("text", "objectId"), ("uuid", "objectId"), ("bytea", "objectId"), ("char(24)", "objectId"), ("bigint", "number"), ("bigint", "int32"), ("double precision", "int64"), ("numeric", "number"), ("numeric", "double"), ("numeric(40,10)", "int64"), ("real", "number")] {
        let columns: Vec<String> = ["a", "b", "d", "i", "x", "t", "oid", "e"].iter().enumerate().map(|(n, path)| format!(r#""c{n}":{{"path":"{path}","type":"{pg}","bson":"{kind}","absent":"null"}}"#)).collect();
        all.push(format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{{"column":"id","as":"text"}},"complement":"rest","columns":{{{}}}}}}}}}"#, columns.join(",")));
    }
    all.push(r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest","children":[{"table":"a","path":"a[]","columns":{"v":{"path":"@","type":"integer"}}},{"table":"d","path":"d","columns":{"v":{"path":"a","type":"text"}}},{"table":"x","path":"x{}","columns":{"v":{"path":"@","type":"text"}}}]}}}"#.to_owned());
    all
}

#[test]
fn every_corpus_case() {
    let Some(fixtures) = fixtures() else { return };
    let (mut valid, mut refused) = (0, 0);
    let mut lenses: Vec<_> = corpus_mappings().iter().map(|mapping| lens(mapping, Fidelity::Exact)).collect();
    for entry in std::fs::read_dir(fixtures.join("bson-corpus")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in file["valid"].as_array().into_iter().flatten() {
            for form in ["canonical_bson", "degenerate_bson", "converted_bson"] {
                if let Some(hex) = case[form].as_str() {
                    let document = unhex(hex);
                    for lens in &mut lenses {
                        check(lens, Fidelity::Exact, &document);
                    }
                    valid += 1;
                }
            }
        }
        for case in file["decodeErrors"].as_array().into_iter().flatten() {
            let document = unhex(case["bson"].as_str().unwrap());
            for lens in &mut lenses {
                let rows = lens.to_rows(&document);
                // Bytes after a document are another document of the batch, and that one is refused.
                assert!(rows.accepted < rows.documents, "{} {} {}", path.display(), case["description"], case["bson"]);
                assert!(rows.issues.counts.contains_key("document-malformed"));
            }
            refused += 1;
        }
    }
    println!("{valid} valid cases came back byte-identical, {refused} invalid ones were refused, under {} mappings", lenses.len());
    assert!(valid >= 728 && refused >= 75, "{valid} {refused}");
}

#[test]
fn data_sets() {
    let Some(fixtures) = fixtures() else { return };
    let plain = r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"text"},"complement":"rest"}}}"#;
    let (mut total, mut full) = (0, 0);
    for set in std::fs::read_dir(fixtures.join("datasets")).unwrap() {
        for file in std::fs::read_dir(set.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mapping = MAPPED.iter().find(|(n, _)| *n == name).map_or(plain, |(_, m)| *m);
            let documents: Vec<Vec<u8>> = text.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(|line| parse_extended_json(line).unwrap()).collect();
            for fidelity in [Fidelity::Value, Fidelity::Exact] {
                let mut lens = lens(mapping, fidelity);
                for document in &documents {
                    check(&mut lens, fidelity, document);
                }
                let batch = documents.concat();
                let rows = lens.to_rows(&batch);
                if let Some((name, _)) = MAPPED.iter().find(|(n, _)| *n == name) {
                    let uses = |sign: &str| mapping.contains(sign);
                    full += usize::from(fidelity == Fidelity::Exact && uses("[]\",\"columns") && uses("{}\"") && uses("text[]\""));
                    // Every table of a hand-made mapping has rows: none of its paths is a guess.
                    assert!(rows.tables.iter().all(|table| table.count > 0), "{name} {:?}", rows.tables.iter().map(|table| table.count).collect::<Vec<_>>());
                }
                if fidelity == Fidelity::Exact {
                    assert!(back(&mut lens, &rows).bson == batch, "{name}");
                }
            }
            total += documents.len();
        }
    }
    println!("{total} documents came back");
    assert!(total > 10_000);
    assert!(full >= 4, "{full} hand-made mappings use children, arrays and maps");
}

/// Hand-made mappings that use children, arrays and maps.
const MAPPED: &[(&str, &str)] = &[
    ("dummyjson_carts", r#"{"version":1,"collections":{"c":{"table":"carts","key":{"path":"id","column":"id","as":"integer"},"complement":"rest","columns":{"total":{"path":"total","type":"numeric"},"user_id":{"path":"userId","type":"integer"},"quantity":{"path":"totalQuantity","type":"integer"}},"children":[{"table":"cart_products","path":"products[]","columns":{"title":{"path":"title","type":"text"},"price":{"path":"price","type":"numeric"},"quantity":{"path":"quantity","type":"integer"}}}]}}}"#),
    ("products", r#"{"version":1,"collections":{"c":{"complement":"rest","table":"products","key":{"path":"id","column":"id","as":"integer"},"columns":{"title":{"path":"title","type":"text"},"price":{"path":"price","type":"double precision","bson":"number"},"tags":{"path":"tags","type":"text[]"},"images":{"path":"images","type":"text[]"},"category":{"path":"category","type":"varchar(40)"}},"children":[{"table":"reviews","path":"reviews[]","columns":{"rating":{"path":"rating","type":"smallint"},"comment":{"path":"comment","type":"text"},"at":{"path":"date","type":"timestamptz(3)"}}},{"table":"product_dimensions","path":"dimensions{}","mapKey":"side","columns":{"length":{"path":"@","type":"double precision","bson":"number"}}},{"table":"product_meta","path":"meta","columns":{"barcode":{"path":"barcode","type":"text"},"qr":{"path":"qrCode","type":"text"}}}]}}}"#),
    ("dummyjson_products", r#"{"version":1,"collections":{"c":{"complement":"rest","table":"products","key":{"path":"id","column":"id","as":"integer"},"columns":{"title":{"path":"title","type":"text"},"price":{"path":"price","type":"numeric(10,2)"},"tags":{"path":"tags","type":"text[]"},"images":{"path":"images","type":"text[]"},"category":{"path":"category","type":"varchar(40)"}},"children":[{"table":"reviews","path":"reviews[]","columns":{"rating":{"path":"rating","type":"smallint"},"comment":{"path":"comment","type":"text"},"at":{"path":"date","type":"timestamptz(3)"}}},{"table":"product_dimensions","path":"dimensions{}","mapKey":"side","columns":{"length":{"path":"@","type":"double precision","bson":"number"}}},{"table":"product_meta","path":"meta","columns":{"barcode":{"path":"barcode","type":"text"},"qr":{"path":"qrCode","type":"text"}}}]}}}"#),
    ("countries_small", r#"{"version":1,"collections":{"c":{"complement":"rest","table":"countries","key":{"column":"id","as":"uuid"},"columns":{"cca3":{"path":"cca3","type":"char(3)"},"area":{"path":"area","type":"double precision"},"landlocked":{"path":"landlocked","type":"boolean"},"spellings":{"path":"altSpellings","type":"text[]"},"borders":{"path":"borders","type":"char(3)[]"},"latlng":{"path":"latlng","type":"double precision[]"},"name":{"path":"name.common","type":"text"},"official":{"path":"name.official","type":"text"}},"children":[{"table":"languages","path":"languages{}","mapKey":"code","columns":{"name":{"path":"@","type":"text"}}},{"table":"native_names","path":"name.native{}","mapKey":"code","columns":{"common":{"path":"common","type":"text"},"official":{"path":"official","type":"text"}}},{"table":"translations","path":"translations{}","mapKey":"code","columns":{"common":{"path":"common","type":"text"},"official":{"path":"official","type":"text"}}},{"table":"domains","path":"tld[]","columns":{"domain":{"path":"@","type":"text"}}}]}}}"#),
    ("2024_monsters", r#"{"version":1,"collections":{"c":{"complement":"rest","table":"monsters","key":{"path":"index","column":"id","as":"text"},"columns":{"name":{"path":"name","type":"text"},"size":{"path":"size","type":"text"},"hit_points":{"path":"hit_points","type":"integer"},"immunities":{"path":"damage_immunities","type":"text[]"},"resistances":{"path":"damage_resistances","type":"text[]"},"passive":{"path":"senses.passive_perception","type":"integer"}},"children":[{"table":"monster_speeds","path":"speed{}","mapKey":"mode","columns":{"speed":{"path":"@","type":"text"}}},{"table":"monster_armor","path":"armor_class[]","columns":{"type":{"path":"type","type":"text"},"value":{"path":"value","type":"integer"}}},{"table":"monster_proficiencies","path":"proficiencies[]","columns":{"value":{"path":"value","type":"integer"},"name":{"path":"proficiency.name","type":"text"}}},{"table":"monster_actions","path":"actions[]","columns":{"name":{"path":"name","type":"text"},"desc":{"path":"desc","type":"text"},"attack_bonus":{"path":"attack_bonus","type":"integer"}},"children":[{"table":"action_damage","path":"damage[]","columns":{"type":{"path":"damage_type.index","type":"text"},"dice":{"path":"damage_dice","type":"text"}}}]}]}}}"#),
    ("2024_levels", r#"{"version":1,"collections":{"c":{"complement":"rest","table":"levels","key":{"path":"index","column":"id","as":"text"},"columns":{"level":{"path":"level","type":"smallint"},"bonus":{"path":"prof_bonus","type":"smallint"},"class":{"path":"class.index","type":"text"}},"children":[{"table":"level_features","path":"features[]","key":{"path":"index","column":"feature","as":"text"},"columns":{"name":{"path":"name","type":"text"}}},{"table":"level_specifics","path":"class_specific{}","mapKey":"name","columns":{"value":{"path":"@","type":"jsonb"}}},{"table":"level_spells","path":"spellcasting{}","mapKey":"name","columns":{"value":{"path":"@","type":"integer"}}}]}}}"#),
    ("countries", r#"{"version":1,"collections":{"c":{"table":"countries","key":{"path":"cca3","column":"id","as":"text"},"complement":"rest","columns":{"cca2":{"path":"cca2","type":"char(2)"},"latlng":{"path":"latlng","type":"double precision[]","bson":"number"},"area":{"path":"area","type":"numeric","bson":"number"},"borders":{"path":"borders","type":"text[]"}},"children":[{"table":"languages","path":"languages{}","mapKey":"code","columns":{"name":{"path":"@","type":"text"}}},{"table":"currencies","path":"currencies{}","mapKey":"code","columns":{"name":{"path":"name","type":"text"},"symbol":{"path":"symbol","type":"text"}}},{"table":"translations","path":"translations{}","columns":{"official":{"path":"official","type":"text"},"common":{"path":"common","type":"text"}}}]}}}"#),
    ("grades", r#"{"version":1,"collections":{"c":{"table":"grades","key":{"column":"id","as":"uuid"},"complement":"rest","columns":{"student":{"path":"student_id","type":"integer","bson":"number"},"class":{"path":"class_id","type":"integer","bson":"number"}},"children":[{"table":"scores","path":"scores[]","columns":{"type":{"path":"type","type":"text"},"score":{"path":"score","type":"double precision","bson":"number"}}}]}}}"#),
    ("books", r#"{"version":1,"collections":{"c":{"table":"books","key":{"column":"id","as":"text"},"complement":"rest","columns":{"title":{"path":"title","type":"text"},"isbn":{"path":"isbn","type":"text"},"pages":{"path":"pageCount","type":"integer"},"published":{"path":"publishedDate","type":"timestamptz(3)"},"categories":{"path":"categories","type":"text[]"}},"children":[{"table":"authors","path":"authors[]","columns":{"name":{"path":"@","type":"text"}}}]}}}"#),
    ("fhir_claim", r#"{"version":1,"collections":{"c":{"table":"claims","key":{"column":"id","as":"text"},"complement":"rest","columns":{"status":{"path":"status","type":"text"},"created":{"path":"created","type":"timestamptz(3)"},"total":{"path":"total.value","type":"numeric"}},"children":[{"table":"claim_items","path":"item[]","columns":{"sequence":{"path":"sequence","type":"integer"},"net":{"path":"net.value","type":"numeric"}},"children":[{"table":"claim_encounters","path":"encounter[]","columns":{"reference":{"path":"reference","type":"text"}}}]}]}}}"#),
];

#[test]
fn limits() {
    let mut lens = lens(r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest","columns":{"m":{"path":"m","type":"jsonb"}}}}}"#, Fidelity::Exact);
    // A depth bomb is well-formed: it comes back.
    let mut deep = vec![5, 0, 0, 0, 0];
    for _ in 0..20_000 {
        let mut writer = Writer::default();
        let mark = writer.open();
        writer.name(3, b"m");
        if writer.out.len() + deep.len() > 400_000 { break; }
        writer.out.extend_from_slice(&deep);
        writer.close(mark);
        deep = writer.out;
    }
    check(&mut lens, Fidelity::Exact, &deep);
    // Every depth around the limits of JSON readers, as jsonb and unmapped.
    for depth in [60, 63, 64, 65, 66, 100, 120, 126, 127, 128, 129, 130, 200] {
        for name in [&b"m"[..], b"unknown"] {
            let mut deep = vec![5, 0, 0, 0, 0];
            for level in 0..depth {
                let mut writer = Writer::default();
                let mark = writer.open();
                writer.name(3, if level + 1 == depth { name } else { b"n" });
                writer.out.extend_from_slice(&deep);
                writer.close(mark);
                deep = writer.out;
            }
            check(&mut lens, Fidelity::Exact, &deep);
        }
    }
    // 16 MB in one string, mapped and not.
    for name in ["m", "unknown"] {
        let mut text = (16_000_001i32).to_le_bytes().to_vec();
        text.resize(4 + 16_000_000, b'x');
        text.push(0);
        check(&mut lens, Fidelity::Exact, &object(&vec![(name.to_owned(), (2, text))]));
    }
}
