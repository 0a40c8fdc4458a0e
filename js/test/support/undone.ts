import type { Session } from "../../src/database/session.ts";

/** Work in a transaction of which nothing stays. */
export async function undone(session: Session, work: (inner: Session) => Promise<void>): Promise<void> {
  const undo = new Error("undo");
  await session.transaction(async (inner) => {
    await work(inner);
    throw undo;
  }).catch((error: unknown) => {
    if (error !== undo) throw error;
  });
}
