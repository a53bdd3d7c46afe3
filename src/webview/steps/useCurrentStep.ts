import { useEffect, useState } from 'preact/hooks';

/**
 * The index of the step that the reader is at: the focused one while it is in sight, else the first that lies in the
 * upper third of what they see.
 * @param count How many steps there are; when it changes, new ones are followed, too.
 */
export function useCurrentStep(
  list: { readonly current: HTMLElement | null },
  count: number,
): number | undefined {
  const [current, setCurrent] = useState<number>();
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const inBand = new Set<number>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const index = Number(target.getAttribute('data-index'));
          if (isIntersecting) inBand.add(index);
          else inBand.delete(index);
        }
        setCurrent(focusedStep() ?? (inBand.size === 0 ? undefined : Math.min(...inBand)));
      },
      // A thin band; steps lie close to each other, so that one or two touch it.
      { rootMargin: '-25% 0px -70% 0px' },
    );
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [count]);
  return current;
}

function focusedStep(): number | undefined {
  const step = document.activeElement?.closest('.steps > li');
  if (!step) return undefined;
  const { top, bottom } = step.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight
    ? Number(step.getAttribute('data-index'))
    : undefined;
}
