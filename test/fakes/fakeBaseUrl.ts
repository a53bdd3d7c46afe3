import { Emitter } from '../../src/core/base/event';
import { readBaseUrl } from '../../src/core/cloud/baseUrl';
import type { SettingName } from '../../src/ui/settings';

/** The setting of the base URL alone. */
export class FakeBaseUrl {
  readonly #didChange = new Emitter<(name: SettingName) => boolean>();
  readonly onDidChange = this.#didChange.event;
  #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get baseUrl() {
    return readBaseUrl(this.#text);
  }

  set(text: string): void {
    this.#text = text;
    this.change('baseUrl');
  }

  change(changed: SettingName): void {
    this.#didChange.fire((name) => name === changed);
  }
}
