import { readFileSync } from "node:fs";
import { compile } from "rowlens";

export const plan = compile(readFileSync(new URL("mapping.json", import.meta.url), "utf8"));
export const collection = plan.collection("payments");
