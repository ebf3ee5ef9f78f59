import type { ClusterSize } from './types';

const size = (
  name: string,
  workers: number,
  cpuNanoCores: string,
  memoryBytes: string,
  diskBytes: string,
  creditsPerHour: string,
): ClusterSize => ({ size: name, processes: 1, workers, cpuNanoCores, memoryBytes, diskBytes, creditsPerHour });

/** The emulator's sizes, as recorded in test/transcripts/01-session.json. */
export const emulatorSizes: ClusterSize[] = [
  size('25cc', 1, '500000000', '4069523456', '8139046912', '0.25'),
  size('50cc', 1, '1000000000', '8139046912', '16279142400', '0.5'),
  size('100cc', 2, '2000000000', '16279142400', '32558284800', '1'),
  size('200cc', 4, '4000000000', '32558284800', '65116569600', '2'),
  size('300cc', 6, '6000000000', '48837427200', '97674854400', '3'),
  size('400cc', 8, '8000000000', '65116569600', '130234187776', '4'),
  size('600cc', 12, '12000000000', '97674854400', '195350757376', '6'),
  size('800cc', 16, '16000000000', '130234187776', '260468375552', '8'),
  size('1200cc', 24, '24000000000', '195350757376', '390702563328', '12'),
  size('1600cc', 31, '31000000000', '252329328640', '504658657280', '16'),
  size('3200cc', 62, '62000000000', '504658657280', '1009317314560', '32'),
];
