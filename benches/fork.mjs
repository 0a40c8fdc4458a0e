// @ts-check
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a script of benches/ sends when it runs in a process of its own. @param {string} script @param {string[]} args @returns {Promise<any>} */
export function answerOf(script, args) {
  return new Promise((resolve, reject) => {
    /** @type {unknown} */
    let answer;
    // Its console is for people: ours may be read by a machine.
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { stdio: ["ignore", 2, 2, "ipc"] });
    child.on("message", (message) => (answer = message));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 && answer !== undefined ? resolve(answer) : reject(new Error(`benches/${script} ${args.join(" ")} failed (exit code ${code})`))));
  });
}
