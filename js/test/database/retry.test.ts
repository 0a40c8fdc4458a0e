import { expect, it } from "vitest";
import { PostgresError } from "../../src/database/postgres-error.ts";
import { retried } from "../../src/database/retry.ts";

/** Work that fails so often, and how often it was done. */
function failing(times: number, error: unknown) {
  const work = async (): Promise<string> => {
    if (++work.done <= times) throw error;
    return "done";
  };
  work.done = 0;
  return work;
}

it.each(["40001", "40P01"])("what was ended for another's sake (%s) is done again, six times in all", async (sqlstate) => {
  const error = new PostgresError(sqlstate, "ended");
  const last = failing(5, error);
  expect(await retried(last)).toBe("done");
  expect(last.done).toBe(6);
  const never = failing(Infinity, error);
  await expect(retried(never)).rejects.toBe(error);
  expect(never.done).toBe(6);
});

it.each([new PostgresError("23505", "refused"), Object.assign(new Error("not PostgreSQL's"), { sqlstate: "40001" })])("what fails for another reason (%s) is not", async (error) => {
  const work = failing(1, error);
  await expect(retried(work)).rejects.toBe(error);
  expect(work.done).toBe(1);
});

it("nor what may not be done again", async () => {
  const error = new PostgresError("40P01", "deadlock");
  const work = failing(2, error);
  await expect(retried(work, () => work.done < 2)).rejects.toBe(error);
  expect(work.done).toBe(2);
});
