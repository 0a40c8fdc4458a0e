import { spawn, spawnSync } from "node:child_process";
import { serialize } from "bson7";
import { describe, expect, it } from "vitest";
import { CLI, cli, mapping, scratch } from "./cli.ts";

const { file } = scratch();
const map = file("mapping.json", JSON.stringify(mapping));
const users = file("users.bson", Buffer.concat(Array.from({ length: 30_000 }, (_, index) => serialize({ _id: `u${index}`, name: "x".repeat(300), odd: { at: index } }))));
const args = ["roundtrip", users, "-m", map, "--json"];
/** Long enough for a bar on any machine. */
const long = ["roundtrip", ...Array.from({ length: 10 }, () => users), "-m", map, "--json"];

/** A terminal: `script` of util-linux gives one. */
const terminal = spawnSync("script", ["--version"]).stdout?.toString().includes("util-linux") ?? false;
if (!terminal) console.warn("skipped: the bar on a terminal (util-linux' `script` is not there)");

/** Runs the CLI with a terminal as stdin and stderr; what it shows, and its stdout. */
function onTerminal(words: readonly string[], keys: string): Promise<{ code: number | null; shown: string }> {
  return new Promise((resolve, reject) => {
    const command = [process.execPath, CLI, ...words].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["--quiet", "--return", "--command", `stty columns 120; ${command} >${users}.out`, "/dev/null"], { env: { ...process.env, CI: "", TERM: "xterm" } });
    let shown = "";
    let typed = keys === "";
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      if (typed || !shown.includes(" MB of ")) return;
      typed = true;
      child.stdin.write(keys);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, shown }));
  });
}

describe("progress", () => {
  it("is plain lines now and then elsewhere, or nothing", async () => {
    const { code, err } = await cli(args);
    expect(code).toBe(0);
    for (const line of err.split("\n")) expect(line).toMatch(/^$|^\d+%  users\.bson  [\d,]+ documents, \d+(\.\d)? MB of \d+ MB$/);
    expect(err).not.toContain("\u001b");
    expect((await cli([...args, "--quiet"])).err).toBe("");
  });

  it.runIf(terminal)("is a bar on a terminal, gone at the end", async () => {
    const { code, shown } = await onTerminal(long, "");
    expect(shown).toContain("━");
    expect(shown).toMatch(/\d+%  users\.bson  [\d,]+ documents, \d+(\.\d)? MB of \d+ MB/);
    // The cursor is shown again.
    expect(shown.lastIndexOf("\u001b[?25h")).toBeGreaterThan(shown.lastIndexOf("\u001b[?25l"));
    expect(code).toBe(0);
  });

  it.runIf(terminal)("ends at Ctrl-C as other programs do", async () => {
    const { code } = await onTerminal(long, "\u0003");
    expect(code).toBe(130);
  });

  it("ends in silence with its reader", async () => {
    const child = spawn(process.execPath, [CLI, "rows", users, "-m", map, "--quiet"]);
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, err]).toEqual([141, ""]);
  });
});

describe("colours", () => {
  it("are for terminals, and for those who ask", async () => {
    expect((await cli(["check", map])).out).not.toContain("\u001b");
    expect((await cli(["check", map], { env: { FORCE_COLOR: "1" } })).out).toContain("\u001b[32m");
  });
});
