import type { TaskView } from '../../core/details/detailsView';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Section } from '../parts/section';
import { oneLine } from '../../core/text/plainText';

/** The files that the agent left. */
export function Files({ task }: { readonly task: TaskView }) {
  if (task.fileNames.length === 0) return null;
  return (
    <Section id="files" title="Files" count={task.fileNames.length}>
      <ul class="files">
        {task.fileNames.map((name, index) => (
          <li key={index}>
            <Icon name="file" />
            <span class="file-name" dir="auto">
              {oneLine(name) || 'Unnamed file'}
            </span>
            <Button
              icon="save"
              label="Save…"
              title={`Save ${oneLine(name)}`}
              message={{ type: 'saveFile', index }}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}
