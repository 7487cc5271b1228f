// What the key that is used may do.

import { ask, hasKey, query } from "./http.js";

/** Whether articles may be added and deleted. Without a key everything is open; with one, its right to see jobs tells. */
export async function mayWrite(collection) {
  if (!hasKey()) return true;
  return ask(`v1/jobs${query({ limit: 1, collection })}`).then(() => true, (error) => error.code !== "scope_missing");
}
