// @ts-check
import { ToolMissing } from "./mongo.mjs";

/**
 * Starts servers for a `node --test` file. Where a tool cannot be had, gives the reason to skip instead; CI has every tool, so
 * there it is a failure.
 * @template T
 * @param {() => Promise<T>} start
 * @returns {Promise<{ servers: T, skip: false } | { servers: undefined, skip: string }>}
 */
export async function serversOrSkip(start) {
  try {
    return { servers: await start(), skip: false };
  } catch (error) {
    if (!(error instanceof ToolMissing) || process.env.CI) throw error;
    return { servers: undefined, skip: error.message };
  }
}
