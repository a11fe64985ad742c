import type { FileRow } from '../store/files.ts'

/** A file as it is shown; where its bytes lie is nobody's business. */
export interface FileView {
  fileId: string
  filename: string
  contentType: string
  /** Bytes; null if they were not announced and nobody has looked yet. */
  size: number | null
  status: 'pending' | 'ready'
  createdAt: string
  /** When it goes unless a run uses it before; null once it goes with its runs. */
  expiresAt: string | null
}

/** The row as a file is shown. */
export function viewFile(row: FileRow): FileView {
  const { id, filename, contentType, size, status, createdAt, runs, expiresAt } = row
  const told = { fileId: id, filename, contentType, size, status, createdAt }
  return { ...told, expiresAt: runs > 0 ? null : expiresAt }
}
