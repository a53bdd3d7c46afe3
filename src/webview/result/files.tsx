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

/** The files that the person gave to the task. They can be fetched from no place that is known. */
export function Attachments({ task: { attachmentNames } }: { readonly task: TaskView }) {
  if (attachmentNames.length === 0) return null;
  return (
    <Section id="attachments" title="Attachments" count={attachmentNames.length}>
      <ul class="files">
        {attachmentNames.map((name, index) => (
          <li key={index}>
            <Icon name="file" />
            <span class="file-name" dir="auto">
              {oneLine(name) || 'Unnamed file'}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
