import type { Run } from "#/models/run";

/** What a part of a run's page is given. */
export interface PartProps {
  run: Run;
  /** The world takes no actions now. */
  still: boolean;
}
