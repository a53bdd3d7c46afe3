import type { TaskView } from '../core/detailsView';
import { Screenshot } from './screenshot';
import { Section } from './section';

/** Screenshots that belong to no step in particular. */
export function Screenshots({ task }: { readonly task: TaskView }) {
  const { screenshotCount } = task;
  if (screenshotCount === 0) return null;
  return (
    <Section id="screenshots" title="Screenshots" count={screenshotCount}>
      <div class="gallery">
        {Array.from({ length: screenshotCount }, (_, index) => (
          <Screenshot
            key={index}
            of="task"
            index={index}
            alt={`Screenshot ${index + 1} of ${screenshotCount}`}
          />
        ))}
      </div>
    </Section>
  );
}
