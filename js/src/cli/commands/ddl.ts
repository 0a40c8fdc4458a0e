import { EXIT } from "../exit.ts";
import { loadMapping } from "../load-mapping.ts";
import { mappingPath } from "../mapping-path.ts";
import { type Args, JSON_OUT, MAPPING } from "../options.ts";
import { print } from "../output/streams.ts";
import type { Command } from "../command.ts";

export const ddl: Command = {
  description: "print the CREATE statements of everything the mapping writes to",
  args: {
    file: { type: "positional", required: false, description: "mapping file (the same as --mapping)" },
    mapping: MAPPING,
    "if-not-exists": { type: "boolean", description: "CREATE TABLE IF NOT EXISTS" },
    "id-map": { type: "boolean", default: true, negativeDescription: "without the id_map table, where a key is looked up", description: "with the id_map table" },
    json: JSON_OUT,
  },
  examples: ["rowlens ddl mapping.json | psql"],
  async run(args: Args): Promise<number> {
    const plan = await loadMapping(mappingPath(args));
    const sql = plan.ddl({ ifNotExists: args["if-not-exists"] === true, idMap: args["id-map"] !== false }).trimEnd();
    await print(`${args.json === true ? JSON.stringify({ ddl: sql }) : sql}\n`);
    return EXIT.fine;
  },
};
