import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { exports: Record<string, unknown> };

/** Every declaration file that the export map leads to, by entry and the conditions on the way. */
function declarations(entry: string, target: unknown): [name: string, file: string][] {
  if (typeof target !== "object" || target === null) return [];
  return Object.entries(target).flatMap(([condition, next]) => (condition === "types" ? [[entry, String(next)] as [string, string]] : declarations(`${entry} ${condition}`, next)));
}

/** What a declaration file exports: `value Plan`, `type Issue`. A class is a value. */
function exported(program: ts.Program, file: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is no module`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return `${target.flags & ts.SymbolFlags.Value ? "value" : "type "} ${symbol.name}`;
  }).sort();
}

// A name that appears, disappears or moves is a decision: `npx vitest run test/exports.test.ts -u` writes it down.
it("exports what test/exports.txt says, from every entry", async () => {
  const all = Object.entries(exports).flatMap(([entry, target]) => declarations(entry, target)).map(([name, file]): [string, string] => [name, fileURLToPath(new URL(file, root))]);
  const program = ts.createProgram([...new Set(all.map(([, file]) => file))], { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] });
  /** Entries with the same exports stand together. */
  const groups = new Map<string, string[]>();
  for (const [name, file] of all) {
    const list = exported(program, file).map((line) => `  ${line}`).join("\n");
    groups.set(list, [...(groups.get(list) ?? []), name]);
  }
  const files = Object.entries(exports).filter(([, target]) => typeof target === "string").map(([entry]) => `${entry} (a file)`);
  await expect(`${[...groups].map(([list, names]) => `${names.join("\n")}\n${list}`).join("\n\n")}\n\n${files.join("\n")}\n`).toMatchFileSnapshot("exports.txt");
});

it("has in its code what its types promise, in ESM and in CommonJS", async () => {
  const program = ts.createProgram(["node", "inline", "slim"].map((name) => fileURLToPath(new URL(`dist/${name}.d.mts`, root))), { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] });
  for (const name of ["node", "inline", "slim"]) {
    const promised = exported(program, fileURLToPath(new URL(`dist/${name}.d.mts`, root))).filter((line) => line.startsWith("value ")).map((line) => line.slice(6));
    for (const format of ["mjs", "cjs"]) {
      const module = (await import(new URL(`dist/${name}.${format}`, root).href)) as object;
      expect(Object.keys(module).filter((key) => key !== "default" && key !== "module.exports").sort(), `${name}.${format}`).toEqual(promised);
    }
  }
});

it("explains every name and member, and shows functions and classes at work", () => {
  const files = [...new Set(Object.entries(exports).flatMap(([entry, target]) => declarations(entry, target)).map(([, file]) => fileURLToPath(new URL(file, root))))].filter((file) => file.endsWith(".d.mts"));
  const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] });
  const checker = program.getTypeChecker();
  const missing: string[] = [];
  const documented = (symbol: ts.Symbol): boolean => symbol.getDocumentationComment(checker).length > 0;
  const modules = files.map((file) => checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol);
  for (const alias of modules.flatMap((module) => checker.getExportsOfModule(module))) {
    const symbol = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
    if (!documented(symbol)) missing.push(symbol.name);
    if (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class) && !symbol.getJsDocTags(checker).some((tag) => tag.name === "example")) missing.push(`${symbol.name} (example)`);
    for (const member of symbol.members?.values() ?? []) {
      if (member.name.startsWith("__") || !/^[$\w]+$/.test(member.name) || symbol.flags & ts.SymbolFlags.TypeAlias) continue;
      if (!documented(member)) missing.push(`${symbol.name}.${member.name}`);
    }
  }
  expect([...new Set(missing)]).toEqual([]);
});
