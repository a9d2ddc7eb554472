import { cache, imageLoader } from '@cornerstonejs/core';
import loader from '@cornerstonejs/dicom-image-loader';
import type { Reading } from '../api';
import { windowOf } from '../window';

/** The UIDs by which the blinded DICOMweb service knows an image. */
export type Instance = Pick<Reading, 'dicom_study_uid' | 'dicom_series_uid' | 'sop_instance_uid'>;

/** The attribute's tag, by which DICOM JSON names it. */
const WINDOW_CENTER = '00281050';
/** Bytes of decoded images that may be held: fourteen full chest radiographs of 3000 × 3000 at 16 bit. */
const LIMIT = 256 * 2 ** 20;

/** Decoded images, the latest used last; the oldest are let go of beyond the limit. */
export class Images {
  private readonly held = new Map<string, Promise<number>>();
  private bytes = 0;
  private needed: ReadonlySet<string> = new Set();

  /** `dicomweb` is the absolute root of the session's blinded DICOMweb service, without a trailing slash. */
  constructor(
    private readonly dicomweb: string,
    private readonly limit = LIMIT,
  ) {
    cache.setMaxCacheSize(2 * limit);
  }

  id(instance: Instance): string {
    return `wadors:${this.url(instance)}/frames/1`;
  }

  /** Have the image in memory; resolves with its id. */
  async fetch(instance: Instance): Promise<string> {
    const id = this.id(instance);
    const known = this.held.get(id);
    const loading = known ?? this.load(instance, id);
    this.held.delete(id);
    this.held.set(id, loading);
    try {
      const bytes = await loading;
      if (!known) this.bytes += bytes;
    } catch (error) {
      this.held.delete(id);
      throw error;
    }
    return id;
  }

  /** Have `next` in memory one after the other, as far as they fit beside what is `shown`. */
  async prefetch(shown: readonly string[], next: readonly Instance[]): Promise<void> {
    this.needed = new Set([...shown, ...next.map((instance) => this.id(instance))]);
    for (const instance of next) {
      if (this.bytes > this.limit) await this.trim();
      if (this.bytes > this.limit) return;
      await this.fetch(instance).catch(() => undefined);
    }
    await this.trim();
  }

  private async trim(): Promise<void> {
    for (const [id, loading] of [...this.held]) {
      if (this.bytes <= this.limit) return;
      if (this.needed.has(id)) continue;
      this.held.delete(id);
      const size = await loading.catch(() => 0);
      // After the wait: others may have come or gone during it.
      this.bytes -= size;
      if (cache.getImageLoadObject(id)) cache.removeImageLoadObject(id);
      loader.wadors.metaDataManager.remove(id);
    }
  }

  private async load(instance: Instance, id: string): Promise<number> {
    const response = await fetch(`${this.url(instance)}/metadata`, { headers: { Accept: 'application/dicom+json' } });
    if (!response.ok) throw new Error(`Metadata: ${response.status}`);
    const [dataset] = await response.json();
    loader.wadors.metaDataManager.add(id, dataset);
    const image = await imageLoader.loadAndCacheImage(id);
    if (!(WINDOW_CENTER in dataset)) Object.assign(image, windowOf(image.getPixelData()));
    return image.sizeInBytes;
  }

  private url({ dicom_study_uid, dicom_series_uid, sop_instance_uid }: Instance): string {
    return `${this.dicomweb}/studies/${dicom_study_uid}/series/${dicom_series_uid}/instances/${sop_instance_uid}`;
  }
}
