import { csrfToken } from './cookie';
import type { Overrides } from './keys';

/** What a reader has set for all computers. `base` is the API root with a trailing slash. */
export async function keysOf(base: string): Promise<Overrides> {
  const response = await fetch(`${base}preferences/`, { headers: { Accept: 'application/json' } });
  if (!response.ok) return {};
  const { keys = {} } = (await response.json()) as { keys?: Overrides };
  return keys;
}

/** Keep a choice of keys; false where the server did not take it. */
export async function keepKeys(base: string, keys: Overrides): Promise<boolean> {
  try {
    const response = await fetch(`${base}preferences/`, {
      method: 'PATCH',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
      body: JSON.stringify({ keys }),
    });
    return response.ok;
  } catch {
    return false;
  }
}
