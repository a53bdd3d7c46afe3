import assert from 'node:assert/strict';
import { listKeys, placeAfterKey, rowKeys } from '../../../../src/webview/parts/rovingFocus';

function pressed(key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent {
  return { key, altKey: false, ctrlKey: false, metaKey: false, ...more } as KeyboardEvent;
}

describe('placeAfterKey', () => {
  it('leads to neighbours and ends, and not beyond', () => {
    const at = (place: number, key: string) =>
      placeAfterKey(pressed(key), { at: place, count: 3, keys: listKeys });
    assert.equal(at(0, 'ArrowDown'), 1);
    assert.equal(at(1, 'j'), 2);
    assert.equal(at(2, 'j'), 2);
    assert.equal(at(1, 'ArrowUp'), 0);
    assert.equal(at(0, 'k'), 0);
    assert.equal(at(1, 'Home'), 0);
    assert.equal(at(1, 'End'), 2);
  });

  it('leaves other keys alone', () => {
    const options = { at: 1, count: 3, keys: rowKeys };
    for (const key of ['ArrowDown', 'j', 'Tab', 'Enter', 'a'])
      assert.equal(placeAfterKey(pressed(key), options), undefined, key);
    for (const modifier of ['altKey', 'ctrlKey', 'metaKey'])
      assert.equal(placeAfterKey(pressed('End', { [modifier]: true }), options), undefined);
    assert.equal(placeAfterKey(pressed('End'), { at: 0, count: 0, keys: rowKeys }), undefined);
  });
});
