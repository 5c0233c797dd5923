"use client";

import { Modal } from "@mantine/core";

/** The library's own, for a part of the program that is loaded by itself. */
export default Modal;
