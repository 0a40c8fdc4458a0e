import type { PgClient } from "./client.ts";

/** Who uses a connection hears of its loss from the statement that fails. @internal */
export const ignore = (): void => undefined;

/** A lost connection is an `error` event as well, between two statements too, and one that nobody listens to would end the process. @internal */
export async function whileListening<T>(client: PgClient, work: () => Promise<T>): Promise<T> {
  client.on("error", ignore);
  try {
    return await work();
  } finally {
    client.removeListener("error", ignore);
  }
}
