// @ts-check
// Before `npm pack` and `npm publish`: the package is built, and the licences lie beside it.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, fresh } from "./build.mjs";

const root = new URL("../", import.meta.url);
if (!fresh()) await build();
for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(fileURLToPath(new URL(`../${name}`, root)), fileURLToPath(new URL(name, root)));
