// @ts-check
// `npm run bench`: installs what is missing first, as the benchmarks themselves import packages. Their output begins when that is done.
import { install } from "../scripts/install.mjs";

const { log } = console;
console.log = console.error;
install();
console.log = log;
await import("./bench.mjs");
