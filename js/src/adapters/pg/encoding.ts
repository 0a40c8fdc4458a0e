import { ENCODING, refuseOtherEncodings } from "../../database/encoding.ts";
import type { PgClient } from "./client.ts";
import { runPipeline } from "./pipeline.ts";

/** What is heard of connections: PostgreSQL says at once where somebody sets it. */
const heard = new WeakMap<object, { encoding: string | undefined }>();

interface Status {
  on?(event: "parameterStatus", listener: (message: { parameterName: string; parameterValue: string }) => void): unknown;
}

/**
 * `pg` asks for UTF-8 when it connects, and whoever has the connection may set something else. Before a connection is first used it is asked for,
 * which is a round trip; after that nothing is.
 * @throws RowlensError `client-encoding`
 * @internal
 */
export async function refuseEncodings(client: PgClient): Promise<void> {
  let known = heard.get(client.connection);
  if (known === undefined) {
    const said: { encoding: string | undefined } = { encoding: undefined };
    heard.set(client.connection, (known = said));
    (client.connection as Status).on?.("parameterStatus", ({ parameterName, parameterValue }) => {
      if (parameterName === "client_encoding") said.encoding = parameterValue;
    });
  }
  // In a transaction that has failed nothing is answered, nor written.
  if (known.encoding === undefined && client.getTransactionStatus?.() !== "E") {
    const [group] = (await runPipeline(client, [[ENCODING]], false)).groups;
    const encoding = group?.rows[0]?.[0]?.encoding;
    if (typeof encoding === "string") known.encoding ??= encoding;
  }
  refuseOtherEncodings(known.encoding);
}
