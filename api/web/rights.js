// What the key that is used may do.

import { ask, hasKey } from "./http.js";

/** Whether articles may be added and deleted. Without a key everything is open; with one, its right to see jobs tells. */
export async function mayWrite(collection) {
  if (!hasKey()) return true;
  const query = new URLSearchParams({ limit: 1, ...(collection ? { collection } : {}) });
  return ask(`v1/jobs?${query}`).then(() => true, (error) => error.code !== "scope_missing");
}
