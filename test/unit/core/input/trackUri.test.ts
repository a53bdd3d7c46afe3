import assert from 'node:assert/strict';
import { readTrackUri } from '../../../../src/core/input/trackUri';

const id = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a601';
const other = '5b1f6f7e-35a0-4c0a-9d51-c1f2e9b3a602';
const read = (query: string, more: { path?: string; fragment?: string } = {}) =>
  readTrackUri({ path: '/track', query, fragment: '', ...more }, undefined);

describe('a URI that asks to track tasks', () => {
  it('names them by IDs and links, separated by commas or as parameters of their own', () => {
    for (const query of [
      `id=${id},${other}`,
      `id=${id}&id=${other}`,
      `id=${id}%2C%20${other}`,
      `id=${id},,&id=${other}&`,
    ])
      assert.deepEqual(read(query).input?.ids, [id, other], query);
    assert.deepEqual(read(`id=v3/${id}`).input?.refs, [{ apiVersion: 'v3', id }]);
    const link = encodeURIComponent(`https://cloud.browser-use.com/runs/${id}`);
    assert.deepEqual(read(`id=${link}`).input?.ids, [id]);
    assert.deepEqual(read(`id=${id}`, { path: '/track/' }).input?.ids, [id]);
  });

  it('may name a thousand', () => {
    const ids = Array.from({ length: 1000 }, (_, at) => `${id.slice(0, -4)}${1000 + at}`);
    const { input, pieces } = read(`id=${ids.join(',')}`);
    assert.equal(input?.ids.length, 1000);
    assert.equal(pieces?.length, 1000);
  });

  it('is read, however many slashes its path has', () => {
    const path = `/track${'/'.repeat(400_000)}`;
    assert.deepEqual(read(`id=${id}`, { path }).input?.ids, [id]);
    assert.equal(read(`id=${id}`, { path: `${path}x` }).input, undefined);
  });

  it('says that it names no task', () => {
    assert.equal(read('').problem, 'It names no task.');
    assert.equal(read(`id=${id}&x=1`).problem, 'It holds more than the IDs of tasks.');
  });

  for (const [what, query, more] of [
    ['another path', `id=${id}`, { path: '/run' }],
    ['no path', `id=${id}`, { path: '' }],
    ['a path that ends alike', `id=${id}`, { path: '/x/track' }],
    ['an ID by another name', `id=${id}&no=${other}`],
    ['a version within a word', `id=xv3/${id}`],
    ['more behind an ID', `id=v3/${id}/x`],
    ['another parameter beside', `id=${id}&confirm=false`],
    ['another parameter', `prompt=${id}`],
    ['a fragment', `id=${id}`, { fragment: 'x' }],
    ['nothing', ''],
    ['an empty ID', 'id='],
    ['a word beside an ID', `id=${id},everything`],
    ['an ID that is cut', `id=${id.slice(0, 20)}`],
    ['a command', 'id=command:workbench.action.quit'],
    ['another site', `id=https://example.com/tasks/${id}`],
    ['a live browser', `id=https://live.browser-use.com?wss=${id}`],
    ['a key', 'id=bu_0123456789abcdef'],
    ['a version that is not there', `id=v9/${id}`],
    ['broken escapes', 'id=%E0%A4%A'],
    ['more than anybody reads', `id=${`${id},`.repeat(10_000)}`],
  ] as const)
    it(`is refused with ${what}`, () => {
      const { input, problem = '' } = read(query, more);
      assert.equal(input, undefined);
      assert.match(problem, /^It .*\.$/u);
      assert.doesNotMatch(problem, /0123|command|example/u, 'nothing of it is repeated');
    });
});
