// @ts-check
// The main job: install what it needs, then run the escrow example.
import { install } from "./install.mjs";

install();
await import("../examples/escrow/demo.js");
