import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { drawHouse, pictureFaults, pictureOf } from './housePicture';

const files = [
  { path: 'src/core/tasks/a.ts', text: "import type { B } from '../text/b';" },
  { path: 'src/core/text/b.ts', text: "import { c } from '../base/c';" },
  { path: 'src/core/base/c.ts', text: '' },
  { path: 'src/ui/tree/d.ts', text: "import { a } from '../../core/tasks/a';" },
];

describe('the picture of the house', () => {
  it('has the rooms that there are, and arrows for imports', () => {
    const picture = pictureOf(files);
    for (const line of [
      '    core_tasks["tasks"]',
      '  core_tasks --> core_text',
      '  core_text --> core_base',
      '  ui --> core',
    ])
      assert.ok(picture.split('\n').includes(line), `${line} in\n${picture}`);
    assert.doesNotMatch(picture, /core_windows/u);
  });

  it('leaves out an arrow that others imply', () => {
    const more = [
      ...files,
      { path: 'src/core/tasks/e.ts', text: "import { c } from '../base/c';" },
    ];
    assert.equal(pictureOf(more), pictureOf(files));
  });

  it('is at fault where an import has come that it does not show, until it is drawn anew', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'house-'));
    try {
      const file = path.join(folder, 'CONTRIBUTING.md');
      fs.writeFileSync(file, 'Before\n');
      assert.match(pictureFaults(folder, files).join(), /needs the lines/u);
      fs.writeFileSync(file, 'Before\n<!-- house:begin -->\n<!-- house:end -->\nAfter\n');
      assert.match(pictureFaults(folder, files).join(), /npm run house/u);
      drawHouse(folder, files);
      assert.deepEqual(pictureFaults(folder, files), []);
      assert.match(fs.readFileSync(file, 'utf8'), /^Before\n[\s\S]*\nAfter\n$/u);
      const more = [{ path: 'src/api/f.ts', text: "import '../core/base/c';" }, ...files];
      assert.match(pictureFaults(folder, more).join(), /npm run house/u);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
