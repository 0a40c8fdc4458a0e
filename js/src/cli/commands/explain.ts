import { EXIT } from "../exit.ts";
import { loadMapping } from "../load-mapping.ts";
import { type Args, JSON_OUT, MAPPING, text } from "../options.ts";
import { print } from "../output/streams.ts";
import type { Command } from "../command.ts";
import { mappingPath } from "../mapping-path.ts";

export const explain: Command = {
  description: "tell table by table and path by path where everything goes",
  args: { file: { type: "positional", required: false, description: "mapping file (the same as --mapping)" }, mapping: MAPPING, collection: { type: "string", alias: "c", valueHint: "name", description: "only this collection" }, json: JSON_OUT },
  examples: ["rowlens explain mapping.json --collection payments"],
  async run(args: Args): Promise<number> {
    const plan = await loadMapping(mappingPath(args));
    const name = text(args, "collection");
    if (name !== undefined) plan.collection(name);
    if (args.json === true) {
      const { collections, warnings } = plan.explanation();
      const wanted = (collection: string | undefined): boolean => name === undefined || collection === name;
      await print(`${JSON.stringify({ collections: collections.filter((one) => wanted(one.name)), warnings: warnings.filter((issue) => wanted(issue.collection)) }, null, 2)}\n`);
    } else {
      // Each collection's part begins with its name at the margin.
      const parts = plan.explain().trimEnd().split(/\n(?=collection )/);
      const part = name === undefined ? parts.join("\n") : parts[plan.description.findIndex((one) => one.name === name)];
      await print(`${(part ?? "").trimEnd()}\n`);
    }
    return EXIT.fine;
  },
};
