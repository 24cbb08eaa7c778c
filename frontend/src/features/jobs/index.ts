export { JobsBadge } from './JobsBadge';
export { LiveJobs, useJobs, useLive } from './LiveJobs';
export { countActive } from './tree';
