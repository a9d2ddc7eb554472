import { csrfToken } from './cookie';
import type { Overrides } from './keys';
import type { Preferences as Kept } from './wire';

/** What a reader has set for all computers. `base` is the API root with a trailing slash. */
export class Preferences {
  private loaded = false;
  private readonly address: string;

  constructor(base: string) {
    this.address = `${base}preferences/`;
  }

  /** The keys that the reader has chosen; none where the server does not say. */
  async keys(): Promise<Overrides> {
    try {
      const response = await fetch(this.address, { headers: { Accept: 'application/json' } });
      if (!response.ok) return {};
      const { keys = {} } = (await response.json()) as Partial<Kept>;
      this.loaded = true;
      return keys;
    } catch {
      return {};
    }
  }

  /**
   * Keep a choice of keys. Gives what is kept now, or null where the server did not take it. What was chosen before
   * and could not be had when the page was opened is not lost by that.
   */
  async keepKeys(chosen: Overrides): Promise<Overrides | null> {
    const keys = this.loaded ? chosen : { ...(await this.keys()), ...chosen };
    return this.loaded && (await this.save(keys)) ? keys : null;
  }

  private async save(keys: Overrides): Promise<boolean> {
    try {
      const response = await fetch(this.address, {
        method: 'PATCH',
        headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
        body: JSON.stringify({ keys }),
      });
      return response.ok;
    } catch {
      return false;
    }
  }
}
