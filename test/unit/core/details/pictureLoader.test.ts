import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import { PictureLoader, imageTypeOf } from '../../../../src/core/details/pictureLoader';
import type { DownloadOptions } from '../../../../src/core/cloud/taskClient';
import { settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import type { PictureRef } from '../../../../src/core/cloud/task';

const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const step = (index: number): PictureRef => ({ of: 'step', index });

/** A cloud whose downloads a test answers one by one. */
class DownloadCloud extends FakeCloud {
  readonly urls: string[] = [];
  underWay = 0;
  peak = 0;
  answer: (url: string) => Promise<Uint8Array> = () => Promise.resolve(png);

  override async download(url = '', options?: DownloadOptions): Promise<Uint8Array> {
    this.urls.push(url);
    this.peak = Math.max(this.peak, ++this.underWay);
    try {
      const bytes = await this.answer(url);
      options?.signal.throwIfAborted();
      return bytes;
    } finally {
      this.underWay--;
    }
  }
}

function build() {
  const cloud = new DownloadCloud(() => 0);
  const loaded: (readonly [PictureRef, string | undefined])[] = [];
  const errors: unknown[] = [];
  const state = { version: 1, renewals: 0, fruitlessRenewals: 0 };
  const loader = new PictureLoader({
    connect: () => Promise.resolve(cloud),
    urlOf: ({ of, index }) => `https://store.example/${of}/${index}?v=${state.version}`,
    renewUrls: async () => {
      const isFruitless = ++state.renewals <= state.fruitlessRenewals;
      await settle();
      if (!isFruitless) state.version++;
    },
    onLoaded: (ref, picture) => loaded.push([ref, picture?.type]),
    onError: (error) => errors.push(error),
  });
  return { cloud, loaded, errors, state, loader };
}

const expired = (status: number): CloudError => new CloudError('badAnswer', 'expired', { status });

describe('PictureLoader', () => {
  it('hands over a picture with its kind', async () => {
    const { loaded, loader } = build();
    loader.request(step(4));
    await settle();
    assert.deepEqual(loaded, [[step(4), 'image/png']]);
  });

  it('fetches three at a time, each once', async () => {
    const { cloud, loaded, loader } = build();
    cloud.answer = async () => {
      await settle();
      return png;
    };
    for (let index = 0; index < 10; index++) loader.request(step(index));
    for (let index = 5; index < 10; index++) loader.request(step(index));
    while (loaded.length < 10) await settle();
    await settle();
    assert.equal(cloud.peak, 3);
    assert.equal(cloud.urls.length, 10);
    assert.equal(loaded.length, 10);
  });

  it('shows nothing that is no picture', async () => {
    const { cloud, loaded, loader } = build();
    cloud.answer = () => Promise.resolve(Buffer.from('<svg onload="alert(1)"/>'));
    loader.request(step(0));
    await settle();
    assert.deepEqual(loaded, [[step(0), undefined]]);
  });

  for (const status of [400, 403, 404])
    it(`asks for fresh links once when those of many have expired (${status})`, async () => {
      const { cloud, loaded, state, loader } = build();
      cloud.answer = (url) =>
        url.endsWith('v=1') ? Promise.reject(expired(status)) : Promise.resolve(png);
      for (let index = 0; index < 6; index++) loader.request(step(index));
      while (loaded.length < 6) await settle();
      assert.equal(state.renewals, 1);
      assert.ok(loaded.every(([, type]) => type === 'image/png'));
    });

  it('fetches nothing that has no link, and nothing again where a renewal brings no other', async () => {
    const { cloud, loaded, state, loader } = build();
    state.fruitlessRenewals = 1;
    cloud.answer = () => Promise.reject(expired(403));
    loader.request(step(0));
    while (loaded.length < 1) await settle();
    assert.equal(cloud.urls.length, 1);
    const none = new PictureLoader({
      connect: () => Promise.resolve(cloud),
      urlOf: () => undefined,
      renewUrls: () => Promise.resolve(),
      onLoaded: (ref, picture) => loaded.push([ref, picture?.type]),
      onError: assert.ifError,
    });
    none.request(step(1));
    await settle();
    assert.deepEqual(loaded[1], [step(1), undefined]);
    assert.equal(cloud.urls.length, 1);
  });

  it('fetches nothing once it is disposed', async () => {
    const { cloud, loader } = build();
    loader.dispose();
    loader.request(step(0));
    await settle();
    assert.equal(cloud.urls.length, 0);
  });

  it('gives up after one renewal, and can be asked again', async () => {
    const { cloud, loaded, errors, state, loader } = build();
    cloud.answer = () => Promise.reject(expired(403));
    loader.request(step(0));
    while (loaded.length < 1) await settle();
    assert.deepEqual(loaded, [[step(0), undefined]]);
    assert.equal(state.renewals, 1);
    assert.equal(errors.length, 1);
    cloud.answer = () => Promise.resolve(png);
    loader.request(step(0));
    while (loaded.length < 2) await settle();
    assert.deepEqual(loaded[1], [step(0), 'image/png']);
  });

  it('asks for no fresh links after other failures', async () => {
    const { cloud, loaded, state, loader } = build();
    cloud.answer = () => Promise.reject(new CloudError('tooLarge', 'over the cap'));
    loader.request(step(0));
    await settle();
    assert.deepEqual(loaded, [[step(0), undefined]]);
    assert.equal(state.renewals, 0);
  });

  it('says nothing of what nobody waits for any more, and goes on with what comes next', async () => {
    const { cloud, loaded, errors, loader } = build();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    cloud.answer = async () => {
      await gate;
      return png;
    };
    for (let index = 0; index < 5; index++) loader.request(step(index));
    await settle();
    loader.clear();
    loader.request(step(9));
    open();
    await settle();
    await settle();
    assert.deepEqual(loaded, [[step(9), 'image/png']]);
    assert.equal(errors.length, 0);
  });

  it('fetches what is not here yet from the start, each once, when it starts anew', async () => {
    const { cloud, loaded, errors, loader } = build();
    loader.request(step(0));
    await settle();
    const letGo: (() => void)[] = [];
    cloud.answer = async () => {
      await new Promise<void>((resolve) => letGo.push(resolve));
      return png;
    };
    for (let index = 1; index <= 5; index++) loader.request(step(index));
    await settle();
    loader.restart();
    cloud.answer = () => Promise.resolve(png);
    await settle();
    for (const go of letGo) go();
    await settle();
    assert.deepEqual(new Set(loaded.map(([{ index }]) => index)), new Set([0, 1, 2, 3, 4, 5]));
    assert.equal(loaded.length, 6);
    assert.ok(loaded.every(([, type]) => type === 'image/png'));
    assert.equal(errors.length, 0);
    loader.restart();
    await settle();
    assert.equal(loaded.length, 6);
  });

  it('asks for fresh links anew when it starts anew in the middle of that', async () => {
    const { cloud, loaded, state, loader } = build();
    cloud.answer = (url) =>
      url.endsWith('v=1') ? Promise.reject(expired(403)) : Promise.resolve(png);
    // What is under way is thrown away with the old key.
    state.fruitlessRenewals = 1;
    loader.request(step(0));
    while (state.renewals < 1) await Promise.resolve();
    loader.restart();
    while (loaded.length < 1) await settle();
    assert.deepEqual(loaded, [[step(0), 'image/png']]);
  });

  it('does nothing more once it is disposed', async () => {
    const { cloud, loaded, loader } = build();
    loader.request(step(0));
    loader.dispose();
    loader.request(step(1));
    await settle();
    assert.equal(loaded.length, 0);
    assert.ok(cloud.urls.length <= 1);
  });
});

describe('imageTypeOf', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  it('tells the four kinds by their first bytes', () => {
    assert.equal(imageTypeOf(bytes('\x89PNG\r\n\x1a\n…')), 'image/png');
    assert.equal(imageTypeOf(bytes('\xff\xd8\xff\xe0JFIF')), 'image/jpeg');
    assert.equal(imageTypeOf(bytes('RIFF\x10\0\0\0WEBPVP8 ')), 'image/webp');
    assert.equal(imageTypeOf(bytes('GIF89a…')), 'image/gif');
    assert.equal(imageTypeOf(bytes('GIF87a…')), 'image/gif');
  });

  for (const text of [
    '',
    '\x89PN',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<!DOCTYPE html><script>alert(1)</script>',
    '{"detail":"expired"}',
    'RIFF\x10\0\0\0WAVEfmt ',
    'LIST\x10\0\0\0WEBPVP8 ',
    'GIF90a',
    'GIF89b',
    'GIF88a',
    'JIF89a',
    'GIFF9a',
    'BM\x36\0\0\0',
  ])
    it(`knows no picture in ${JSON.stringify(text.slice(0, 24))}`, () => {
      assert.equal(imageTypeOf(bytes(text)), undefined);
    });
});
