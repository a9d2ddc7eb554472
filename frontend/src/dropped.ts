/** What a person dropped or chose, folders opened. */

import { type Chosen, withoutCommonFolder } from './uploading';

export function chosenFrom(input: HTMLInputElement): Chosen[] {
  const files = [...(input.files ?? [])];
  const names = withoutCommonFolder(files.map((file) => file.webkitRelativePath || file.name));
  return files.map((file, index) => ({ name: names[index] ?? file.name, file, stamp: file.lastModified }));
}

export async function droppedIn(transfer: DataTransfer): Promise<Chosen[]> {
  // The entries must be taken before the first wait: the browser empties the list after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) {
    return [...transfer.files].map((file) => ({ name: file.name, file, stamp: file.lastModified }));
  }
  const files = (await Promise.all(entries.map(filesBelow))).flat();
  const paths = files.map(({ path }) => path);
  const isOneFolder = entries.length === 1 && entries[0]?.isDirectory;
  const names = isOneFolder ? withoutCommonFolder(paths) : paths;
  return files.map(({ file, path }, index) => ({ name: names[index] ?? path, file, stamp: file.lastModified }));
}

interface Found {
  path: string;
  file: File;
}

async function filesBelow(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const below: Found[] = [];
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) below.push(...(await filesBelow(child)));
  return below;
}

/** A browser gives the entries of a folder a hundred at a time. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
