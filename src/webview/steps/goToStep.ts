/**
 * Leads the reader to a step, by its index.
 * @param frames How many frames to wait for a step that is not drawn yet.
 */
export function goToStep(index: number, block: ScrollLogicalPosition = 'start', frames = 60): void {
  const step = document.getElementById(`step-${index}`);
  if (step) {
    step.focus({ preventScroll: true });
    step.scrollIntoView({ block });
  } else if (frames > 0) requestAnimationFrame(() => goToStep(index, block, frames - 1));
}
