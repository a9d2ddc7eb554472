import { Rehearsal } from '@/rehearsal';
import type { JudgementBody, Session } from '@/wire';
import { Computer, readCase, settled, stateOf } from './bench';
import { question, StudyServer } from './study';

const UNUSUAL = question({ name: 'unusual', text: 'Anything unusual?' });

/** What the server sends for a phase of so many places. */
function script(cases: number, phase: Partial<Session['phase']> = {}) {
  const server = new StudyServer(cases, phase);
  const session = { ...server.snapshot(), readings: [] };
  const uids = (n: number) => ({ dicom_study_uid: `1.${n}`, dicom_series_uid: `2.${n}`, sop_instance_uid: `3.${n}` });
  const places = Array.from({ length: cases }, (_, index) => ({
    position: index + 1,
    ...uids(index + 1),
    companion: null,
    aided: false,
    draft: null,
    previous: null,
  }));
  return { session, places, end_questions: phase.end_questions ?? [] };
}

async function opened(rehearsal: Rehearsal) {
  const { machine } = await new Computer({ private: true }).open(rehearsal as unknown as StudyServer);
  await machine.confirmDisplay({ width: 1, height: 1, pixel_ratio: 1, colour_depth: 24, confirmed: true });
  machine.begin();
  return machine;
}

test('a phase is played from the display check to its end, as a reader plays it', async () => {
  const machine = await opened(new Rehearsal(script(3)));
  for (const position of [1, 2, 3]) {
    expect(stateOf(machine, 'reading').reading.position).toBe(position);
    await readCase(machine);
  }
  await settled();
  expect(machine.state.name).toBe('finished');
});

test('what is asked at the end is asked only then', async () => {
  const rehearsal = new Rehearsal(script(1, { end_questions: [UNUSUAL] }));
  expect((await rehearsal.session()).phase.end_questions).toEqual([]);
  const machine = await opened(rehearsal);
  await readCase(machine);
  await settled();
  expect(machine.state.name).toBe('end-questions');
  expect((await rehearsal.end('', {})).stage).toBe('finished');
});

test('the last judgement can be undone and stands there as it was given', async () => {
  const rehearsal = new Rehearsal(script(2, { undo_seconds: 60 }));
  const body = { call: 'synthetic', confidence: 70, answers: {}, marks: [] } as unknown as JudgementBody;
  await rehearsal.judge('', 1, body);
  expect((await rehearsal.session()).undo).toEqual({ position: 1, seconds_left: 60 });
  const [again] = (await rehearsal.reopen(1)).readings;
  expect(again).toMatchObject({ position: 1, previous: { call: 'synthetic', confidence: 70 } });
  expect((await rehearsal.leaveReopened()).reopened).toBe(false);
});

test('a phase that allows no undo offers none', async () => {
  const rehearsal = new Rehearsal(script(2, { undo_seconds: 0 }));
  await rehearsal.judge('', 1, { call: 'authentic' } as unknown as JudgementBody);
  expect((await rehearsal.session()).undo).toBeNull();
});

test('no more images are open than a reader would get', async () => {
  const { readings } = await new Rehearsal(script(9)).session();
  expect(readings.map(({ position }) => position)).toEqual([1, 2, 3]);
});

test('an answer repeats the call, as no truth is told', async () => {
  const rehearsal = new Rehearsal(script(2, { feedback: 'after-each', practice: true }));
  for (const call of ['authentic', 'synthetic'] as const) {
    await rehearsal.judge('', 1, { call } as unknown as JudgementBody);
    expect(await rehearsal.feedback(1)).toMatchObject({ truth: call, correct: true });
  }
});
