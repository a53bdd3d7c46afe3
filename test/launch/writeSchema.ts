// Writes the schema of prompt files of JSON from the table of options: npm run schema
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { format } from 'prettier';
import { promptFileSchema } from '../../src/core/running/promptFileSchema';
import { projectFolder } from './packagedExtension';

void writeSchema();

async function writeSchema(): Promise<void> {
  const text = await format(JSON.stringify(promptFileSchema()), { parser: 'json' });
  writeFileSync(path.join(projectFolder, 'media', 'prompt-file.schema.json'), text);
}
