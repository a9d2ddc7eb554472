import { type Chosen, isLeftBehind, Uploads, withoutCommonFolder } from '@/uploading';

/** A server that keeps what it is sent, and fails where it is told to. */
class Server {
  files = new Map<string, { bytes: number[]; size: number; stamp: number }>();
  puts: string[] = [];
  failures: (Response | Error)[] = [];

  send = async (url: string, init: RequestInit): Promise<Response> => {
    const query = new URL(url, 'http://here').searchParams;
    if (init.method === 'DELETE') {
      const name = query.get('name');
      if (name === null) this.files.clear();
      else this.files.delete(name);
      return new Response(null, { status: 204 });
    }
    if (init.method !== 'PUT') {
      const files = [...this.files].map(([name, { bytes, size, stamp }]) => ({
        name,
        size,
        stamp,
        received: bytes.length,
      }));
      return Response.json({ files });
    }
    const failure = this.failures.shift();
    if (failure instanceof Error) throw failure;
    if (failure) return failure;
    return this.take(query, init.body as ArrayBuffer);
  };

  private take(query: URLSearchParams, body: ArrayBuffer): Response {
    const name = query.get('name') ?? '';
    const [size, stamp, offset] = ['size', 'stamp', 'offset'].map((key) => Number(query.get(key)));
    let file = this.files.get(name);
    if (!file || file.size !== size || file.stamp !== stamp) file = { bytes: [], size: size ?? 0, stamp: stamp ?? 0 };
    this.files.set(name, file);
    this.puts.push(`${name}@${offset}`);
    if (offset !== file.bytes.length) return Response.json({ received: file.bytes.length }, { status: 409 });
    file.bytes.push(...new Uint8Array(body));
    return Response.json({ received: file.bytes.length });
  }
}

function file(name: string, text: string, stamp = 1): Chosen {
  return { name, file: new Blob([text]), stamp };
}

function start(server = new Server()) {
  const troubles: string[] = [];
  const uploads = new Uploads({
    url: '/uploads/',
    maxChunk: 4,
    send: server.send,
    pause: () => Promise.resolve(),
    changed: (trouble) => troubles.push(trouble),
  });
  const settled = async () => {
    while (uploads.all.some((item) => item.state === 'sending' || (item.state === 'waiting' && !uploads.isPaused))) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  return { server, uploads, troubles, settled };
}

const text = (server: Server, name: string) =>
  new TextDecoder().decode(new Uint8Array(server.files.get(name)?.bytes ?? []));

describe('sending files', () => {
  it('sends each in pieces, in order', async () => {
    const { server, uploads, settled } = start();
    uploads.add([file('a', '0123456789')]);
    await settled();
    expect(server.puts).toEqual(['a@0', 'a@4', 'a@8']);
    expect(text(server, 'a')).toBe('0123456789');
    expect(uploads.all.map((item) => item.state)).toEqual(['whole']);
  });

  it('sends an empty file too', async () => {
    const { server, uploads, settled } = start();
    uploads.add([file('empty', '')]);
    await settled();
    expect(server.puts).toEqual(['empty@0']);
    expect(uploads.items.get('empty')?.state).toBe('whole');
  });

  it('sends many, a few at a time', async () => {
    const { server, uploads, settled } = start();
    uploads.add(Array.from({ length: 50 }, (_, index) => file(`f${index}`, `content ${index}`)));
    expect(uploads.all.filter((item) => item.state === 'sending')).toHaveLength(3);
    await settled();
    expect([...server.files.keys()]).toHaveLength(50);
    expect(text(server, 'f49')).toBe('content 49');
  });

  it('tries again when the network or the server fails, and says so', async () => {
    const { server, uploads, settled, troubles } = start();
    server.failures = [new TypeError('offline'), new Response('', { status: 502 })];
    uploads.add([file('a', '01234')]);
    await settled();
    expect(text(server, 'a')).toBe('01234');
    expect(troubles.some((words) => words.includes('cannot be reached'))).toBe(true);
    expect(troubles.some((words) => words.includes('in trouble'))).toBe(true);
    expect(troubles.at(-1)).toBe('');
  });

  it('goes on where the server says, when an answer got lost', async () => {
    const { server, uploads, settled } = start();
    server.files.set('a', { bytes: [...new TextEncoder().encode('0123')], size: 10, stamp: 1 });
    uploads.add([file('a', '0123456789')]);
    await settled();
    expect(server.puts).toEqual(['a@0', 'a@4', 'a@8']);
    expect(text(server, 'a')).toBe('0123456789');
  });

  it('tells why a file was refused, and sends the others', async () => {
    const { server, uploads, settled } = start();
    server.failures = [Response.json({ detail: 'is larger than 256 MB', received: null }, { status: 413 })];
    uploads.add([file('big', '0'), file('small', '1')]);
    await settled();
    expect(uploads.items.get('big')).toMatchObject({ state: 'refused', reason: 'is larger than 256 MB' });
    expect(uploads.items.get('small')?.state).toBe('whole');
  });

  it('stops and asks for a login when it is logged out, and goes on afterwards', async () => {
    const { server, uploads, settled, troubles } = start();
    server.failures = [new Response('', { status: 404 })];
    uploads.add([file('a', '0123456789')]);
    await settled();
    expect(uploads.isPaused).toBe(true);
    expect(troubles.at(-1)).toContain('log in again');
    uploads.resume();
    await settled();
    expect(text(server, 'a')).toBe('0123456789');
  });

  it('pauses, and goes on without sending anything twice', async () => {
    const { server, uploads, settled } = start();
    uploads.add([file('a', '0123456789')]);
    uploads.pause();
    await settled();
    expect(uploads.isBusy).toBe(true);
    uploads.resume();
    await settled();
    expect(new Set(server.puts).size).toBe(server.puts.length);
    expect(text(server, 'a')).toBe('0123456789');
  });
});

describe('after a reload', () => {
  it('knows what the server has, and goes on with a file that is chosen again', async () => {
    const { server, uploads, settled } = start();
    server.files.set('cut', { bytes: [...new TextEncoder().encode('0123')], size: 10, stamp: 1 });
    server.files.set('whole', { bytes: [1], size: 1, stamp: 1 });
    await uploads.ask();
    expect(uploads.all.map((item) => item.state)).toEqual(['cut', 'whole']);
    expect(uploads.isBusy).toBe(false);
    uploads.add([file('cut', '0123456789'), file('whole', 'x')]);
    await settled();
    expect(server.puts).toEqual(['cut@4', 'cut@8']);
  });

  it('sends a corrected file of the same name and size anew', async () => {
    const { server, uploads, settled } = start();
    uploads.add([file('truth.csv', 'a,0')]);
    await settled();
    uploads.add([file('truth.csv', 'a,1', 2)]);
    await settled();
    expect(text(server, 'truth.csv')).toBe('a,1');
  });

  it('says so when the server does not answer', async () => {
    const { server, uploads, troubles } = start();
    server.send = () => Promise.reject(new TypeError('offline'));
    const blind = start(server);
    await blind.uploads.ask();
    expect(blind.troubles.at(-1)).toContain('reload this page');
    expect(uploads.all).toEqual([]);
    expect(troubles).toEqual([]);
  });
});

describe('removing', () => {
  it('takes one away, or all', async () => {
    const { server, uploads, settled } = start();
    uploads.add([file('a', '1'), file('b', '2'), file('c', '3')]);
    await settled();
    await uploads.remove('b');
    expect([...server.files.keys()]).toEqual(['a', 'c']);
    await uploads.remove();
    expect(server.files.size).toBe(0);
    expect(uploads.all).toEqual([]);
  });
});

describe('names', () => {
  it('leaves out what no person means', async () => {
    const { server, uploads, settled } = start();
    uploads.add([file('.DS_Store', '1'), file('x/Thumbs.db', '2'), file('__MACOSX/a.png', '3'), file('a.png', '4')]);
    await settled();
    expect([...server.files.keys()]).toEqual(['a.png']);
    expect(isLeftBehind('dicomdir-of-mine/a.png')).toBe(false);
  });

  it('of one folder count from within it', () => {
    expect(withoutCommonFolder(['x/a', 'x/b/c'])).toEqual(['a', 'b/c']);
    expect(withoutCommonFolder(['x/a', 'y/b'])).toEqual(['x/a', 'y/b']);
    expect(withoutCommonFolder(['a', 'x/b'])).toEqual(['a', 'x/b']);
    expect(withoutCommonFolder([])).toEqual([]);
  });
});
