// @ts-check
// Writes one kind of document and its mapping as files: `node benches/write-batch.mjs KIND FOLDER [COUNT]`.
import { mkdirSync, writeFileSync } from "node:fs";
import { kinds } from "./documents/index.mjs";

const [kind = "payments", folder = "target/bench", count = "500"] = process.argv.slice(2);
const source = kinds[kind];
if (!source) {
  console.error(`there is no kind \`${kind}\`; there are ${Object.keys(kinds).join(", ")}`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const documents = source.documents(Number(count));
writeFileSync(`${folder}/${kind}.json`, JSON.stringify(source.mapping));
writeFileSync(`${folder}/${kind}.bson`, Buffer.concat(documents));
console.log(`${documents.length} documents; next:\ncargo run --release --example profile -- ${folder}/${kind}.json ${source.collection} ${folder}/${kind}.bson`);
