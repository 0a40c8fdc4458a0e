import type { Issue } from "../core/issue.ts";
import type { Plan } from "../core/plan.ts";
import type { Session } from "./session.ts";

/**
 * What of a database does not fit a plan: tables and columns that are missing or of another type, what PostgreSQL would refuse, missing
 * privileges, settings that surprise. One statement, which reads system catalogs only.
 *
 * @returns All findings at once, each with what to do as its `help`, mostly SQL, which changes no value or fails; none where everything fits. Errors make writes fail or
 * reads differ, warnings may surprise.
 */
export async function checkDatabase(session: Session, plan: Pick<Plan, "checkStatement" | "check">): Promise<Issue[]> {
  const [row] = await session.query({ text: plan.checkStatement(), parameters: [], anyEncoding: true });
  return plan.check(row?.["catalog"] as string);
}
