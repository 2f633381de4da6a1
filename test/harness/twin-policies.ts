import { scriptedPolicy } from './scripted-policies.js';

/** Two policies of the same name, which no application starts with. */
export const features = ['One', 'Twin'].map((name) => scriptedPolicy({ id: 'one', order: 1 }, name).module);
