-- Writes that reached one store and not yet the other; at most one open gap per document.
CREATE TABLE pg_dualwrite_gaps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection text NOT NULL,
  mongo_id text NOT NULL,
  reason text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
);
CREATE UNIQUE INDEX pg_dualwrite_gaps_open ON pg_dualwrite_gaps (collection, mongo_id) WHERE closed_at IS NULL;
